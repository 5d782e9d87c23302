#include "lockstep/sort.hpp"

#include <bit>

#include "algorithms/gather.hpp"
#include "algorithms/radix_sort.hpp"
#include "algorithms/rows.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

using namespace algorithms;

// Below this, another pass is cheaper than to wait for the range. A library's passes are faster: where one has 64 bits
// to sort, what is saved takes longer than the wait from about here on, and with 32 bits it never does by much.
constexpr std::uint64_t kFewKeys = 4096, kFewKeysOfLibrary = std::uint64_t{1} << 23;

bool is_worth_waiting(const Array& x) {
  if (!is_integer(x.dtype()) || size_of(x.dtype()) == 1 || x.size() < kFewKeys) return false;
  return !has_library_sort(x.device(), x.dtype()) || (size_of(x.dtype()) == 8 && x.size() >= kFewKeysOfLibrary);
}

/// In how many low bits the keys of an integer array differ, once they are in the right order.
int varying_bits(const Array& x) {
  const int width = static_cast<int>(8 * size_of(x.dtype()));
  if (!is_worth_waiting(x)) return width;
  const auto [low, high] = evaluate(cast(min(x), DType::i64), cast(max(x), DType::i64));
  const auto differ = static_cast<std::uint64_t>(low.item<std::int64_t>() ^ high.item<std::int64_t>());
  // Negative and positive keys differ in the sign bit too, which is the highest of the type.
  return std::min(width, static_cast<int>(std::bit_width(differ)));
}

RadixSorted sort_rows(const Rows& in, bool places) {
  const DType type = in.x.dtype();
  const bool many = in.rows > 1;
  return radix_sort(reinterpret(in.x, unsigned_type(type)),
                    {bit_order(type), varying_bits(in.x), places || many, many ? in.length : 0});
}

}  // namespace

Array sort(const Expr& x, std::optional<int> axis) {
  const Rows in = rows_along(x, axis);
  return in.restore(reinterpret(sort_rows(in, false).keys, in.x.dtype()));
}

Array argsort(const Expr& x, std::optional<int> axis) {
  const Rows in = rows_along(x, axis);
  const Array places = sort_rows(in, true).places;
  const Expr along = in.rows > 1 ? Expr(places) % cast(literal(whole(in.length)), DType::u32) : Expr(places);
  return in.restore(evaluate(cast(along, DType::i64)));
}

SortedByKey sort_by_key(const Expr& keys, const Expr& values) {
  require(keys.shape() == values.shape(), Code::bad_shape, "keys of shape {} sort values of another shape, {}",
          keys.shape(), values.shape());
  const auto [by, elements] = arrays_of(keys, values);
  const Rows in = rows_along(by, std::nullopt);
  const RadixSorted sorted = sort_rows(in, true);
  return {reinterpret(sorted.keys, in.x.dtype()), gather(dense(elements), sorted.places)};
}

}  // namespace lockstep
