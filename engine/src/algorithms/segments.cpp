#include "lockstep/segments.hpp"

#include <algorithm>

#include "algorithms/forms.hpp"
#include "algorithms/gather.hpp"
#include "algorithms/indices.hpp"
#include "algorithms/rows.hpp"
#include "lockstep/scan.hpp"
#include "lockstep/select.hpp"
#include "lockstep/sort.hpp"
#include "require.hpp"
#include "segments/segments.hpp"

namespace lockstep {
namespace {

using namespace algorithms;

Form form_of(Reduction reduction, DType type) {
  switch (reduction) {
    case Reduction::sum:
      return arithmetic_form(ScanOp::sum, type);
    case Reduction::prod:
      return arithmetic_form(ScanOp::prod, type);
    case Reduction::min:
      return extreme_form(true, type);
    case Reduction::max:
      return extreme_form(false, type);
    default:
      fail(Code::bad_argument, "segments are reduced by sum, prod, min or max");
  }
}

void check_offsets(const Array& offsets, std::uint64_t size) {
  const std::int64_t last = whole(offsets.size()) - 1;
  const auto [low, high] = evaluate(cast(Expr(offsets.at(0)), DType::i64), cast(Expr(offsets.at(-1)), DType::i64));
  const std::int64_t first = low.item<std::int64_t>(), end = high.item<std::int64_t>();
  require(first >= 0 && end <= whole(size), Code::bad_argument,
          "the offsets run from {} to {}, and there are {} elements", first, end, size);
  if (last == 0) return;
  const Expr falls = Expr(offsets.slice({{1}})) < Expr(offsets.slice({{0, -1}}));
  const auto [found, fall] = evaluate(any(falls), argmax(falls));
  if (!found.item<bool>()) return;
  const std::int64_t at = fall.item<std::int64_t>();
  fail(Code::bad_argument, "the offsets fall from {} to {} at place {}\nThey must ascend.",
       offsets.at(at).item<std::int64_t>(), offsets.at(at + 1).item<std::int64_t>(), at + 1);
}

/// For checked offsets.
Array fold_segments(const Form& form, const Array& x, const Array& offsets) {
  const Device device = x.device();
  const std::uint64_t segments = offsets.size() - 1;
  const Array out = device.empty({segments}, form.result);
  if (segments == 0) return out;
  const Expr lengths = Expr(offsets.slice({{1}})) - Expr(offsets.slice({{0, -1}}));
  const Array units = device.zeros({segments + 1}, DType::i64);
  device.assign(units.slice({{0, -1}}), right_shift(lengths + whole(kScanUnit - 1), Expr(10)));
  const Array before = cumsum(units, 0, Prefix::exclusive);
  const std::uint64_t most = x.size() / kScanUnit + segments;
  const Array nodes = device.empty({most}, form.kernel);
  for (const SegmentPhase phase : {SegmentPhase::sums, SegmentPhase::join})
    launch_tiles(device, segments_kernel(form.op, form.kernel),
                 {reinterpret(x, form.kernel), offsets, before, nodes, reinterpret(out, form.kernel), whole(segments),
                  whole(phase), whole(form.order), form.empty},
                 phase == SegmentPhase::sums ? most : segments);
  return out;
}

}  // namespace

Array segment_reduce(Reduction reduction, const Expr& x, const Expr& offsets) {
  require_integers(offsets, "segment_reduce");
  require(offsets.rank() == 1 && offsets.shape()[0] > 0, Code::bad_shape,
          "offsets are one axis of at least one element, got shape {}", offsets.shape());
  const Form form = form_of(reduction, x.dtype());
  const Array values = dense(as_type(x, form.result));
  const Array given = values.device().evaluate(offsets);
  const Array at = dense(as_type(given, DType::i64));
  check_offsets(at, values.size());
  return fold_segments(form, values, at);
}

SegmentsByKey reduce_by_key(Reduction reduction, const Expr& keys, const Expr& values) {
  const Form form = form_of(reduction, values.dtype());
  const SortedByKey sorted = sort_by_key(keys, as_type(values, form.result));
  const std::uint64_t n = sorted.keys.size();
  const Device device = sorted.keys.device();
  if (n == 0) return {sorted.keys, sorted.values};
  const Array starts = flatnonzero(first_of_equals(sorted.keys));
  const Array offsets = device.full({starts.size() + 1}, whole(n), DType::i64);
  device.assign(offsets.slice({{0, -1}}), Expr(starts));
  return {gather(sorted.keys, starts), fold_segments(form, sorted.values, offsets)};
}

}  // namespace lockstep
