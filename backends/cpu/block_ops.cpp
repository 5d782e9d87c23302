// The interpreter's operations on blocks. Compiled once for each instruction set, with LOCKSTEP_ISA its name; the loops
// are written for the compiler to vectorise. What each computes is lockstep/arithmetic.hpp, whatever the width.
#include "block_ops.hpp"

#include <cstring>
#include <limits>
#include <type_traits>

#include "lockstep/arithmetic.hpp"

#define LOCKSTEP_TEXT_OF(x) #x
#define LOCKSTEP_TEXT(x) LOCKSTEP_TEXT_OF(x)

namespace lockstep::cpu::LOCKSTEP_ISA {
namespace {

namespace ar = lockstep::arithmetic;

template <class R, class T, class F>
inline void map(void* r, const void* a, std::size_t n, F f) {
  R* __restrict to = static_cast<R*>(r);
  const T* x = static_cast<const T*>(a);
  for (std::size_t i = 0; i < n; ++i) to[i] = f(x[i]);
}
template <class R, class T, class F>
inline void map(void* r, const void* a, const void* b, std::size_t n, F f) {
  R* __restrict to = static_cast<R*>(r);
  const T* x = static_cast<const T*>(a);
  const T* y = static_cast<const T*>(b);
  for (std::size_t i = 0; i < n; ++i) to[i] = f(x[i], y[i]);
}
template <class R, class T, class F>
inline void map(void* r, const void* a, const void* b, const void* c, std::size_t n, F f) {
  R* __restrict to = static_cast<R*>(r);
  const T* x = static_cast<const T*>(a);
  const T* y = static_cast<const T*>(b);
  const T* z = static_cast<const T*>(c);
  for (std::size_t i = 0; i < n; ++i) to[i] = f(x[i], y[i], z[i]);
}

/// One function of arithmetic.hpp, with the number of operands it takes.
template <class T, class F>
BlockOp wrap() {
  if constexpr (std::is_invocable_v<F, T>) {
    return [](void* r, const void* a, const void*, const void*, std::size_t n) {
      map<decltype(F{}(T{})), T>(r, a, n, F{});
    };
  } else if constexpr (std::is_invocable_v<F, T, T>) {
    return [](void* r, const void* a, const void* b, const void*, std::size_t n) {
      map<decltype(F{}(T{}, T{})), T>(r, a, b, n, F{});
    };
  } else if constexpr (std::is_invocable_v<F, T, T, T>) {
    return [](void* r, const void* a, const void* b, const void* c, std::size_t n) {
      map<decltype(F{}(T{}, T{}, T{})), T>(r, a, b, c, n, F{});
    };
  } else {
    return nullptr;
  }
}

BlockOp find_cast(DType from, DType to) {
  return visit(from, [&]<class T>() {
    return visit(to, [&]<class R>() -> BlockOp {
      return [](void* r, const void* a, const void*, const void*, std::size_t n) {
        map<R, T>(r, a, n, [](T x) { return ar::cast<R>(x); });
      };
    });
  });
}

BlockOp find_bitcast(DType from, DType to) {
  return visit(from, [&]<class T>() {
    return visit(to, [&]<class R>() -> BlockOp {
      if constexpr (sizeof(R) == sizeof(T) && !std::is_same_v<R, bool>) {
        return [](void* r, const void* a, const void*, const void*, std::size_t n) {
          map<R, T>(r, a, n, [](T x) { return ar::bitcast<R>(x); });
        };
      } else {
        return nullptr;
      }
    });
  });
}

// As bits, so that one loop serves all types of a size and no compiler sees a float compare.
template <class B>
void select_bits(void* r, const void* condition, const void* a, const void* b, std::size_t n) {
  B* __restrict to = static_cast<B*>(r);
  const auto* c = static_cast<const std::uint8_t*>(condition);
  const B* x = static_cast<const B*>(a);
  const B* y = static_cast<const B*>(b);
  for (std::size_t i = 0; i < n; ++i) to[i] = c[i] ? x[i] : y[i];
}

BlockOp find(Op op, DType operand, DType result) {
  if (op == Op::cast) return find_cast(operand, result);
  if (op == Op::bitcast) return find_bitcast(operand, result);
  if (op == Op::select) {
    const std::uint64_t size = size_of(result);
    return size == 1 ? select_bits<std::uint8_t> : size == 4 ? select_bits<std::uint32_t> : select_bits<std::uint64_t>;
  }
  return visit(operand, [&]<class T>() -> BlockOp {
    switch (op) {
#define LOCKSTEP_OP(name, arity, types, text, what)                                                     \
  case Op::name: {                                                                                      \
    if constexpr (ar::has_type<#types[0], T> && Op::name != Op::select && Op::name != Op::cast &&       \
                  Op::name != Op::bitcast)                                                              \
      return wrap<T, decltype([](auto... x) -> decltype(ar::name(x...)) { return ar::name(x...); })>(); \
    break;                                                                                              \
  }
#include "lockstep/ops.def"
#undef LOCKSTEP_OP
      default:
        break;
    }
    return nullptr;
  });
}

template <class T>
std::uint64_t to_bits(T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}
template <class T>
T from_bits(std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

// A missing partner passes through unchanged, which is what the identity would do.
template <class T, class F>
FoldOps fold_values() {
  FoldOps ops;
  ops.unit = [](const void* values, std::size_t n, std::uint64_t) -> Partial {
    const T* x = static_cast<const T*>(values);
    alignas(64) T lanes[kLanes];
    std::size_t active = n < kLanes ? n : kLanes;
    for (std::size_t l = 0; l < active; ++l) lanes[l] = x[l];
    std::size_t row = kLanes;
    for (; row + kLanes <= n; row += kLanes)
      for (std::size_t l = 0; l < kLanes; ++l) lanes[l] = F{}(lanes[l], x[row + l]);
    for (std::size_t i = row; i < n; ++i) lanes[i - row] = F{}(lanes[i - row], x[i]);
    for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
      if (active == 2 * half) {
        for (std::size_t l = 0; l < half; ++l) lanes[l] = F{}(lanes[l], lanes[l + half]);
      } else {
        for (std::size_t l = 0; l + half < active; ++l) lanes[l] = F{}(lanes[l], lanes[l + half]);
      }
      active = active < half ? active : half;
    }
    return {to_bits(lanes[0]), 0};
  };
  ops.rows = [](void* lanes, const void* values, std::size_t rows, std::size_t width, std::size_t row, std::uint64_t) {
    const T* x = static_cast<const T*>(values);
    for (std::size_t r = 0; r < rows; ++r, x += width) {
      T* __restrict lane = static_cast<T*>(lanes) + (row + r) % kLanes * width;
      if (row + r < kLanes) {
        for (std::size_t w = 0; w < width; ++w) lane[w] = x[w];
      } else {
        for (std::size_t w = 0; w < width; ++w) lane[w] = F{}(lane[w], x[w]);
      }
    }
  };
  ops.close = [](void* lanes, std::size_t rows, std::size_t width, Partial* nodes) {
    T* lane = static_cast<T*>(lanes);
    std::size_t active = rows < kLanes ? rows : kLanes;
    for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
      for (std::size_t l = 0; l + half < active; ++l)
        for (std::size_t w = 0; w < width; ++w)
          lane[l * width + w] = F{}(lane[l * width + w], lane[(l + half) * width + w]);
      active = active < half ? active : half;
    }
    for (std::size_t w = 0; w < width; ++w) nodes[w] = {to_bits(lane[w]), 0};
  };
  ops.combine = [](Partial& left, const Partial& right) {
    left.bits = to_bits(F{}(from_bits<T>(left.bits), from_bits<T>(right.bits)));
  };
  ops.join = [](void* values, std::size_t n) -> Partial {
    T* x = static_cast<T*>(values);
    for (; n > 1; n = n / 2 + n % 2) {
      for (std::size_t i = 0; i < n / 2; ++i) x[i] = F{}(x[2 * i], x[2 * i + 1]);
      if (n % 2) x[n / 2] = x[n - 1];
    }
    return {to_bits(x[0]), 0};
  };
  return ops;
}

/// The value that goes before all others, whatever its place: in lanes, so that the loop becomes vectors.
template <class T, bool Max>
T find_extreme(const T* x, std::size_t n) {
  constexpr std::size_t kWide = 64;
  if (n < kWide) {
    T best = x[0];
    for (std::size_t i = 1; i < n; ++i) best = ar::goes_before<Max>(x[i], best) ? x[i] : best;
    return best;
  }
  alignas(64) T lanes[kWide];
  alignas(64) ar::BitsOf<T> nans[kWide] = {};
  std::memcpy(lanes, x, sizeof lanes);
  // The last block overlaps the one before it.
  for (std::size_t i = 0; i < n; i += kWide) {
    const T* block = x + (i + kWide <= n ? i : n - kWide);
    for (std::size_t l = 0; l < kWide; ++l) {
      lanes[l] = (Max ? lanes[l] < block[l] : block[l] < lanes[l]) ? block[l] : lanes[l];
      nans[l] |= static_cast<ar::BitsOf<T>>(block[l] != block[l]);
    }
  }
  T best = lanes[0];
  bool has_nan = false;
  for (std::size_t l = 0; l < kWide; ++l) {
    best = ar::goes_before<Max>(lanes[l], best) ? lanes[l] : best;
    has_nan = has_nan || nans[l];
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (has_nan) return std::numeric_limits<T>::quiet_NaN();
  }
  return best;
}

/// Where `value`, which is there, is first; any NaN is like another.
template <class T>
std::size_t find_place(const T* x, std::size_t n, T value) {
  constexpr std::size_t kWide = 64;
  const bool nan = value != value;
  std::size_t i = 0;
  for (; i + kWide <= n; i += kWide) {
    ar::BitsOf<T> found = 0;
    for (std::size_t l = 0; l < kWide; ++l)
      found |= static_cast<ar::BitsOf<T>>((x[i + l] == value) | (nan & (x[i + l] != x[i + l])));
    if (found) break;
  }
  while (i + 1 < n && !(x[i] == value || (nan && x[i] != x[i]))) ++i;
  return i;
}

/// argmin and argmax: the order does not matter, the place decides between equals.
template <class T, bool Max>
FoldOps fold_places() {
  FoldOps ops;
  ops.unit = [](const void* values, std::size_t n, std::uint64_t first) -> Partial {
    const T* x = static_cast<const T*>(values);
    const std::size_t best = find_place(x, n, find_extreme<T, Max>(x, n));
    return {to_bits(x[best]), first + best};
  };
  ops.rows = [](void* lanes, const void* values, std::size_t rows, std::size_t width, std::size_t row,
                std::uint64_t first) {
    auto* best = static_cast<Partial*>(lanes);
    const T* x = static_cast<const T*>(values);
    for (std::size_t r = 0; r < rows; ++r, x += width)
      for (std::size_t w = 0; w < width; ++w)
        if (row + r == 0 || ar::goes_before<Max>(x[w], from_bits<T>(best[w].bits)))
          best[w] = {to_bits(x[w]), first + r};
  };
  ops.close = [](void* lanes, std::size_t, std::size_t width, Partial* nodes) {
    std::memcpy(nodes, lanes, width * sizeof(Partial));
  };
  ops.combine = [](Partial& left, const Partial& right) {
    if (ar::goes_before<Max>(from_bits<T>(right.bits), from_bits<T>(left.bits))) left = right;
  };
  ops.join = [](void* values, std::size_t n) -> Partial {
    const T* x = static_cast<const T*>(values);
    const std::size_t best = find_place(x, n, find_extreme<T, Max>(x, n));
    return {to_bits(x[best]), best};
  };
  ops.find = [](const void* values, std::size_t n, std::uint64_t bits) {
    return find_place(static_cast<const T*>(values), n, from_bits<T>(bits));
  };
  return ops;
}

template <class T>
FoldOps fold_bits(Fold fold) {
  if constexpr (std::is_integral_v<T>) {
    if (fold == Fold::band) return fold_values<T, decltype([](T a, T b) { return ar::bit_and<T>(a, b); })>();
    if (fold == Fold::bor) return fold_values<T, decltype([](T a, T b) { return ar::bit_or<T>(a, b); })>();
    return fold_values<T, decltype([](T a, T b) { return ar::bit_xor<T>(a, b); })>();
  } else {
    return {};
  }
}

FoldOps find_fold(Fold fold, DType type) {
  return visit(type, [&]<class T>() -> FoldOps {
    switch (fold) {
      case Fold::sum:
        return fold_values<T, decltype([](T a, T b) { return ar::add<T>(a, b); })>();
      case Fold::prod:
        return fold_values<T, decltype([](T a, T b) { return ar::mul<T>(a, b); })>();
      case Fold::min:
        return fold_values<T, decltype([](T a, T b) { return ar::fold_min<T>(a, b); })>();
      case Fold::max:
        return fold_values<T, decltype([](T a, T b) { return ar::fold_max<T>(a, b); })>();
      case Fold::any:
        return fold_values<bool, decltype([](bool a, bool b) { return (a | b) != 0; })>();
      case Fold::all:
        return fold_values<bool, decltype([](bool a, bool b) { return (a & b) != 0; })>();
      case Fold::argmin:
        return fold_places<T, false>();
      case Fold::argmax:
        return fold_places<T, true>();
      case Fold::band:
      case Fold::bor:
      case Fold::bxor:
        return fold_bits<T>(fold);
      case Fold::store:
      case Fold::custom:  // custom_fold.hpp
        break;
    }
    return {};
  });
}

}  // namespace

extern const BlockTable table;
const BlockTable table{LOCKSTEP_TEXT(LOCKSTEP_ISA), find, find_fold};

}  // namespace lockstep::cpu::LOCKSTEP_ISA
