#include "comm/combine.hpp"

#include <array>

#include "lockstep/arithmetic.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

constexpr std::string_view kNames[] = {"max",  "min",  "sum", "prod", "land",   "lor",
                                       "lxor", "band", "bor", "bxor", "maxloc", "minloc"};
static_assert(std::size(kNames) == kRankOpCount);

/// What each operation makes of two elements; the bits of floats are never asked for.
template <RankOp Op, class T>
constexpr T combined(T a, T b) {
  if constexpr (Op == RankOp::max) return arithmetic::fold_max(a, b);
  if constexpr (Op == RankOp::min) return arithmetic::fold_min(a, b);
  if constexpr (Op == RankOp::sum) return arithmetic::add(a, b);
  if constexpr (Op == RankOp::prod) return arithmetic::mul(a, b);
  if constexpr (Op == RankOp::land) return static_cast<T>(a != T{} && b != T{});
  if constexpr (Op == RankOp::lor) return static_cast<T>(a != T{} || b != T{});
  if constexpr (Op == RankOp::lxor) return static_cast<T>((a != T{}) != (b != T{}));
  if constexpr (std::integral<T>) {
    if constexpr (Op == RankOp::band) return arithmetic::bit_and(a, b);
    if constexpr (Op == RankOp::bor) return arithmetic::bit_or(a, b);
    if constexpr (Op == RankOp::bxor) return arithmetic::bit_xor(a, b);
  }
}

template <RankOp Op, class T>
void combine(void* left, const void* right, std::uint64_t count) {
  T* a = static_cast<T*>(left);
  const T* b = static_cast<const T*>(right);
  for (std::uint64_t i = 0; i < count; ++i) a[i] = combined<Op>(a[i], b[i]);
}

template <bool Max, class T>
void combine_places(void* left, const void* right, std::uint64_t count) {
  auto* a = static_cast<Placed<T>*>(left);
  const auto* b = static_cast<const Placed<T>*>(right);
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool later = arithmetic::goes_before<Max>(a[i].value, b[i].value);
    const bool earlier = arithmetic::goes_before<Max>(b[i].value, a[i].value);
    if (earlier || (!later && b[i].place < a[i].place)) a[i] = b[i];
  }
}

constexpr bool is_bits(RankOp op) { return op == RankOp::band || op == RankOp::bor || op == RankOp::bxor; }
constexpr bool is_logical(RankOp op) { return op == RankOp::land || op == RankOp::lor || op == RankOp::lxor; }

template <class T>
constexpr std::array<CombineElements, 10> kNumbers = {combine<RankOp::max, T>,
                                                      combine<RankOp::min, T>,
                                                      combine<RankOp::sum, T>,
                                                      combine<RankOp::prod, T>,
                                                      combine<RankOp::land, T>,
                                                      combine<RankOp::lor, T>,
                                                      combine<RankOp::lxor, T>,
                                                      nullptr,
                                                      nullptr,
                                                      nullptr};
template <std::integral T>
constexpr std::array<CombineElements, 10> kNumbers<T> = {
    combine<RankOp::max, T>,  combine<RankOp::min, T>, combine<RankOp::sum, T>,  combine<RankOp::prod, T>,
    combine<RankOp::land, T>, combine<RankOp::lor, T>, combine<RankOp::lxor, T>, combine<RankOp::band, T>,
    combine<RankOp::bor, T>,  combine<RankOp::bxor, T>};

}  // namespace

std::string_view to_string(RankOp op) noexcept { return kNames[static_cast<std::size_t>(op)]; }

CombineElements combine_numbers(RankOp op, DType type) {
  require(op < RankOp::maxloc, Code::bad_argument, "{} combines values with places, not plain values", to_string(op));
  require(!is_bits(op) || !is_floating(type), Code::bad_type, "{} is not defined for {}", to_string(op),
          to_string(type));
  return visit(type, [&]<Element T>() { return kNumbers<T>[static_cast<std::size_t>(op)]; });
}

CombineElements combine_placed(RankOp op, DType type) {
  require(op >= RankOp::maxloc, Code::bad_argument, "values with places are combined by minloc and maxloc, not by {}",
          to_string(op));
  return visit(type, [&]<Element T>() -> CombineElements {
    return op == RankOp::maxloc ? combine_places<true, T> : combine_places<false, T>;
  });
}

void normalize_logical(RankOp op, DType type, void* values, std::uint64_t count) {
  if (!is_logical(op)) return;
  visit(type, [&]<Element T>() {
    T* v = static_cast<T*>(values);
    for (std::uint64_t i = 0; i < count; ++i) v[i] = static_cast<T>(v[i] != T{});
  });
}

void combine_tree(CombineElements combine, void* arrays, std::uint64_t ranks, std::uint64_t count,
                  std::uint64_t bytes) {
  auto* first = static_cast<std::byte*>(arrays);
  for (std::uint64_t width = 1; width < ranks; width *= 2)
    for (std::uint64_t r = 0; r + width < ranks; r += 2 * width)
      combine(first + r * bytes, first + (r + width) * bytes, count);
}

}  // namespace lockstep
