#include "lockstep/select.hpp"

#include <algorithm>

#include "algorithms/gather.hpp"
#include "algorithms/indices.hpp"
#include "algorithms/rows.hpp"
#include "gather/gather.hpp"
#include "lockstep/scan.hpp"
#include "pick/pick.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

using namespace algorithms;

std::vector<std::uint64_t> extents_of(const Shape& shape) { return {shape.extents().begin(), shape.extents().end()}; }

}  // namespace

Array flatnonzero(const Expr& x) {
  const Array mask = dense(as_type(x, DType::boolean));
  const Device device = mask.device();
  const std::uint64_t tiles = (mask.size() + kPickTile - 1) / kPickTile;
  if (tiles == 0) return device.empty({0}, DType::i64);
  const Array counts = device.zeros({tiles + 1}, DType::i64);
  const auto launch = [&](PickPhase phase, const Array& sums, const Array& places) {
    launch_tiles(device, pick_kernel(), {reinterpret(mask, DType::u8), sums, places, whole(mask.size()), whole(phase)},
                 tiles);
  };
  launch(PickPhase::count, counts, counts);
  const Array before = cumsum(counts, 0, Prefix::exclusive);
  const auto total = static_cast<std::uint64_t>(before.at(-1).item<std::int64_t>());
  const Array places = device.empty({total}, DType::i64);
  if (total) launch(PickPhase::write, before, places);
  return places;
}

std::vector<Array> nonzero(const Expr& x) {
  require(x.rank() > 0, Code::bad_shape, "nonzero takes an array with at least one axis");
  const Expr places = flatnonzero(x);
  std::vector<Expr> along;
  std::int64_t step = 1;
  for (int d = x.rank() - 1; d >= 0; --d) {
    const auto extent = static_cast<std::int64_t>(std::max<std::uint64_t>(1, x.shape()[d]));
    along.push_back(floor_divide(places, Expr(step)) % Expr(extent));
    step *= extent;
  }
  std::reverse(along.begin(), along.end());
  return evaluate(std::span<const Expr>(along));
}

Array compress(const Expr& mask, const Expr& x) {
  require(mask.shape() == x.shape(), Code::bad_shape, "a mask of shape {} does not fit an array of shape {}",
          mask.shape(), x.shape());
  const auto [condition, from] = arrays_of(mask, x);
  return gather(dense(from), flatnonzero(condition));
}

Array take(const Expr& x, const Expr& indices, std::optional<int> axis, Outside outside) {
  require_integers(indices, "take");
  const auto [all, places] = arrays_of(x, indices);
  Array from = dense(all);
  if (!axis) from = from.reshape({from.size()});
  const int at = normalize_axis(axis.value_or(0), from.rank());
  const std::uint64_t length = from.shape()[at];
  const Array given = dense(places);
  require(length > 0 || given.size() == 0, Code::bad_argument, "take has {} indices into an axis of 0 elements",
          given.size());
  if (outside == Outside::refuse) require_inside(given, length, "take");
  std::vector<std::uint64_t> extents = extents_of(from.shape()), inserted = extents_of(given.shape());
  extents.erase(extents.begin() + at);
  extents.insert(extents.begin() + at, inserted.begin(), inserted.end());
  const Array out = from.device().empty(Shape(extents), from.dtype());
  std::uint64_t inner = 1;
  for (int d = at + 1; d < from.rank(); ++d) inner *= from.shape()[d];
  const DType bits = unsigned_type(from.dtype());
  const GatherMode mode = outside == Outside::wrap   ? GatherMode::wrap
                          : outside == Outside::clip ? GatherMode::clip
                                                     : GatherMode::none;
  launch_elements(from.device(), gather_kernel(bits),
                  {reinterpret(from, bits), dense(as_type(given, DType::i64)), reinterpret(out, bits), whole(length),
                   whole(given.size()), whole(inner), whole(mode)},
                  out.size());
  return out;
}

}  // namespace lockstep
