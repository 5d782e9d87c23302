#include "lockstep/shuffle.hpp"

#include "algorithms/radix_sort.hpp"
#include "algorithms/rows.hpp"
#include "lockstep/random_numbers.hpp"
#include "lockstep/select.hpp"
#include "lockstep/sort.hpp"
#include "typing.hpp"

namespace lockstep {
namespace {

// So that a stream's other numbers, which draw from 0 on, say nothing about the order.
constexpr int kDraw = 65535;

}  // namespace

Array permutation(const Device& device, std::uint64_t n, const Expr& seed, const Expr& stream) {
  algorithms::check_sortable(n);  // before there are keys
  return argsort(device.evaluate(random_bits({seed, stream, arange(n)}, kDraw)));
}

Array shuffle(const Expr& x, const Expr& seed, const Expr& stream, std::optional<int> axis) {
  const Array array = x.as_array() ? *x.as_array() : evaluate(x);
  const std::uint64_t n = axis ? array.shape()[normalize_axis(*axis, array.rank())] : array.size();
  if (n == 0) return array.copy();
  return take(axis ? array : array.reshape({n}), permutation(array.device(), n, seed, stream), axis ? axis : 0,
              Outside::clip);
}

}  // namespace lockstep
