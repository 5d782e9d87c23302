#include "lockstep/histogram.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/gather.hpp"
#include "algorithms/indices.hpp"
#include "algorithms/rows.hpp"
#include "algorithms/tallies.hpp"
#include "lockstep/select.hpp"
#include "lockstep/sort.hpp"
#include "require.hpp"
#include "tally/tally.hpp"

namespace lockstep {

using namespace algorithms;

namespace {

/// Adds to `sums` what `tally` computes.
void add_tally(const Array& sums, const Array& indices, const Array& values) {
  const Array weights = values.valid() ? values : sums;
  launch_tiles(indices.device(), tally_kernel(),
               {indices, reinterpret(weights, DType::u64), reinterpret(sums, DType::u64), whole(indices.size()),
                whole(sums.size()), whole(values.valid())},
               (indices.size() + kTallyTile - 1) / kTallyTile);
}

/// How often `place(value)`, i64 and known to be one of `length` places, is each of them. The places of some elements
/// at a time are in memory.
template <class Place>
Array count_places(const Array& values, std::uint64_t length, const Place& place) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 24;
  const Device device = values.device();
  const Array all = values.reshape({values.size()});
  const Array sums = device.zeros({length}, DType::i64);
  for (std::uint64_t begin = 0; begin < all.size(); begin += kPiece) {
    const Array piece = all.slice({{whole(begin), whole(std::min(all.size(), begin + kPiece))}});
    add_tally(sums, device.evaluate(place(Expr(piece))), Array());
  }
  return sums;
}

}  // namespace

Array algorithms::tally(const Array& indices, const Array& values, std::uint64_t length) {
  const Array sums = indices.device().zeros({length}, DType::i64);
  add_tally(sums, indices, values);
  return sums;
}

Array bincount(const Expr& x, std::uint64_t length) {
  require(is_integer(x.dtype()), Code::bad_type, "bincount counts integers, not {}", to_string(x.dtype()));
  const Array values = dense(x);
  if (values.size() == 0) return values.device().zeros({length}, DType::i64);
  const auto [low, high] = evaluate(cast(min(values), DType::i64), cast(max(values), DType::i64));
  const std::int64_t least = low.item<std::int64_t>(), most = high.item<std::int64_t>();
  require(least >= 0 && most >= 0, Code::bad_argument, "bincount counts from 0, and the smallest element is {}",
          std::min(least, most));
  return count_places(values, std::max(length, static_cast<std::uint64_t>(most) + 1),
                      [](const Expr& v) { return cast(v, DType::i64); });
}

Histogram histogram(const Expr& x, std::uint64_t bins, double low, double high) {
  require(bins > 0 && bins < (std::uint64_t{1} << 52), Code::bad_argument, "a histogram has at least one bin, got {}",
          bins);
  require(std::isfinite(low) && std::isfinite(high) && low < high && std::isfinite(high - low), Code::bad_argument,
          "the range of a histogram is finite and ascends, got {} .. {}", low, high);
  const Array values = dense(x);
  const Device device = values.device();
  // As NumPy: a first guess by multiplication, then moved by one where the edge, as it is rounded, says otherwise.
  const auto count = static_cast<double>(bins);
  const Expr step((high - low) / count), first(low), last(high);
  const auto edge = [&](const Expr& i) { return where(i == count, last, i * step + first); };
  const auto bin_of = [&](const Expr& value) {
    const Expr v = cast(value, DType::f64);
    const Expr inside = v >= first && v <= last;
    const Expr guess = minimum(floor((v - first) * Expr(count / (high - low))), Expr(count - 1));
    const Expr lower = guess - cast(v < edge(guess), DType::f64);
    const Expr bin = lower + cast(v >= edge(lower + 1.0) && lower != count - 1, DType::f64);
    // What lies outside goes to a bin of its own.
    return cast(where(inside, bin, Expr(count)), DType::i64);
  };
  const Array counts = count_places(values, bins + 1, bin_of);
  const Expr i = cast(arange(bins + 1), DType::f64);
  return {counts.slice({{0, whole(bins)}}).copy(), device.evaluate(edge(i))};
}

Histogram histogram(const Expr& x, std::uint64_t bins) {
  const Array values = dense(x);
  if (values.size() == 0) return histogram(values, bins, 0, 1);
  const auto [least, most] = evaluate(cast(min(values), DType::f64), cast(max(values), DType::f64));
  const double low = least.item<double>(), high = most.item<double>();
  require(std::isfinite(low) && std::isfinite(high), Code::bad_argument,
          "the elements of a histogram range from {} to {}\nGive the range.", low, high);
  return low == high ? histogram(values, bins, low - 0.5, high + 0.5) : histogram(values, bins, low, high);
}

Unique unique(const Expr& x) {
  const Array ordered = sort(x, std::nullopt);
  const Device device = ordered.device();
  const std::uint64_t n = ordered.size();
  if (n == 0) return {ordered, device.empty({0}, DType::i64)};
  const Array starts = flatnonzero(first_of_equals(ordered));
  const Array ends = device.empty({starts.size()}, DType::i64);
  const std::int64_t groups = whole(starts.size());
  device.assign(ends.slice({{0, groups - 1}}), Expr(starts.slice({{1, groups}})));
  device.assign(ends.slice({{groups - 1, groups}}), Expr(whole(n)));
  return {gather(ordered, starts), evaluate(Expr(ends) - starts)};
}

}  // namespace lockstep
