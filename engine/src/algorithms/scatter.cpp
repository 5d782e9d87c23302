#include "scatter/scatter.hpp"

#include "algorithms/gather.hpp"
#include "algorithms/indices.hpp"
#include "algorithms/radix_sort.hpp"
#include "algorithms/rows.hpp"
#include "algorithms/tallies.hpp"
#include "lockstep/segments.hpp"
#include "lockstep/select.hpp"
#include "require.hpp"
#include "typing.hpp"

namespace lockstep {
namespace {

using namespace algorithms;

/// The checked operands of `put` and `scatter_add`: dense arrays of one axis.
struct Operands {
  Array target;  ///< the target itself or a copy
  Array indices;
  Array values;  ///< in the target's type
};

Operands check(const Array& target, const Expr& indices, const Expr& values, std::string_view call) {
  require(target.valid(), Code::bad_argument, "the target of {} holds no array", call);
  require_integers(indices, call);
  const Device device = target.device();
  require(values.is_weak() || same_kind(values.dtype(), target.dtype()), Code::bad_type,
          "values of type {} cannot be stored as {}\nCast them explicitly if that is meant.", to_string(values.dtype()),
          to_string(target.dtype()));
  const Array places = device.evaluate(indices);
  const Array full = device.empty(places.shape(), target.dtype());
  device.assign(full, values);
  require(places.size() < UINT32_MAX, Code::bad_shape, "{} takes less than 2^32 - 1 indices, got {}", call,
          places.size());
  require_inside(places, target.size(), call);
  const std::uint64_t n = places.size();
  return {dense(target).reshape({target.size()}), dense(as_type(places, DType::i64)).reshape({n}), full.reshape({n})};
}

/// Stores the elements of a changed copy, if it is one.
void finish(const Array& target, const Array& changed) {
  if (!changed.may_overlap(target)) target.device().assign(target, Expr(changed.reshape(target.shape())));
}

void write_at(const Operands& o) {
  const Device device = o.target.device();
  const DType bits = unsigned_type(o.target.dtype());
  const Array last = device.zeros({o.target.size()}, DType::u32);
  for (const ScatterPhase phase : {ScatterPhase::choose, ScatterPhase::write})
    launch_elements(device, scatter_kernel(bits),
                    {o.indices, reinterpret(o.values, bits), last, reinterpret(o.target, bits), whole(o.target.size()),
                     whole(phase)},
                    phase == ScatterPhase::choose ? o.indices.size() : o.target.size());
}

/// Sorted by index, each index's values become a segment, whose sum meets the element.
void add_floats(const Operands& o) {
  const Expr wrapped = where(Expr(o.indices) < 0, Expr(o.indices) + whole(o.target.size()), Expr(o.indices));
  const SegmentsByKey sums = reduce_by_key(Reduction::sum, wrapped, o.values);
  write_at({o.target, sums.keys, evaluate(Expr(gather(o.target, sums.keys)) + sums.values)});
}

}  // namespace

void put(const Array& target, const Expr& indices, const Expr& values) {
  const Operands o = check(target, indices, values, "put");
  if (o.indices.size() == 0) return;
  write_at(o);
  finish(target, o.target);
}

void scatter_add(const Array& target, const Expr& indices, const Expr& values) {
  require(!target.valid() || target.dtype() != DType::boolean, Code::bad_type,
          "scatter_add has no sums of bools\nUse a target of integers.");
  const Operands o = check(target, indices, values, "scatter_add");
  if (o.indices.size() == 0) return;
  if (is_floating(target.dtype())) {
    add_floats(o);
  } else {
    const Array sums = tally(o.indices, dense(as_type(o.values, DType::i64)), o.target.size());
    o.target.device().assign(o.target, Expr(o.target) + cast(sums, o.target.dtype()));
  }
  finish(target, o.target);
}

}  // namespace lockstep
