#pragma once

// The exact meaning of every primitive operation. The engine folds constants with these functions, the CPU backend's
// interpreter runs them, and every other backend is tested against them.
// To be compiled without contraction (cmake/Numerics.cmake); the traps are described in docs/same-bits.md.

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

// The CPU backend compiles these for several instruction sets; the name keeps the linker from mixing them up.
#ifndef LOCKSTEP_ISA
#define LOCKSTEP_ISA baseline
#endif

namespace lockstep::arithmetic {
inline namespace LOCKSTEP_ISA {

template <class T>
concept Float = std::same_as<T, float> || std::same_as<T, double>;

/// True if the letter of a row of ops.def names the type T.
template <char Types, class T>
inline constexpr bool has_type = Types == 'a' || (Types == 'n' && !std::same_as<T, bool>) ||
                                 (Types == 'f' && Float<T>) || (Types == 'i' && std::integral<T>);

/// The unsigned integer of the same size.
template <class T>
using BitsOf =
    std::conditional_t<sizeof(T) == 1, std::uint8_t, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;

template <class T>
inline constexpr BitsOf<T> kSignBit = BitsOf<T>{1} << (8 * sizeof(T) - 1);

/// The one NaN that a bit cast, a hash or a file sees.
template <Float T>
inline constexpr BitsOf<T> kQuietNaN = sizeof(T) == 4 ? BitsOf<T>{0x7fc00000u}
                                                      : static_cast<BitsOf<T>>(0x7ff8000000000000u);

// Integers wrap: computed as unsigned. 8-bit operands would be promoted to int, where nothing overflows.
template <class T>
constexpr T add(T a, T b) {
  if constexpr (Float<T>)
    return a + b;
  else
    return static_cast<T>(static_cast<BitsOf<T>>(a) + static_cast<BitsOf<T>>(b));
}
template <class T>
constexpr T sub(T a, T b) {
  if constexpr (Float<T>)
    return a - b;
  else
    return static_cast<T>(static_cast<BitsOf<T>>(a) - static_cast<BitsOf<T>>(b));
}
template <class T>
constexpr T mul(T a, T b) {
  if constexpr (Float<T>)
    return a * b;
  else
    return static_cast<T>(static_cast<BitsOf<T>>(a) * static_cast<BitsOf<T>>(b));
}
template <class T>
constexpr T div(T a, T b) {
  if constexpr (Float<T>) {
    return a / b;
  } else {
    if (b == 0) return 0;
    if constexpr (std::signed_integral<T>) {
      if (b == -1) return sub(T{0}, a);
    }
    return static_cast<T>(a / b);
  }
}
/// Floats: C's fmod, which is exact.
template <class T>
T rem(T a, T b) {
  if constexpr (Float<T>) {
    if constexpr (sizeof(T) == 4)
      return __builtin_fmodf(a, b);
    else
      return __builtin_fmod(a, b);
  } else {
    if (b == 0) return 0;
    if constexpr (std::signed_integral<T>) {
      if (b == -1) return 0;
    }
    return static_cast<T>(a % b);
  }
}
// By the sign bit: gcc 12 turns -fma(a, b, c) into another sign of zero.
template <class T>
constexpr T neg(T a) {
  if constexpr (Float<T>)
    return std::bit_cast<T>(static_cast<BitsOf<T>>(std::bit_cast<BitsOf<T>>(a) ^ kSignBit<T>));
  else
    return sub(T{0}, a);
}
template <class T>
constexpr T abs(T a) {
  if constexpr (Float<T>)
    return std::bit_cast<T>(static_cast<BitsOf<T>>(std::bit_cast<BitsOf<T>>(a) & ~kSignBit<T>));
  else if constexpr (std::signed_integral<T>)
    return a < 0 ? sub(T{0}, a) : a;
  else
    return a;
}
template <Float T>
T sqrt(T a) {
  if constexpr (sizeof(T) == 4)
    return __builtin_sqrtf(a);
  else
    return __builtin_sqrt(a);
}
template <Float T>
T fma(T a, T b, T c) {
  if constexpr (sizeof(T) == 4)
    return __builtin_fmaf(a, b, c);
  else
    return __builtin_fma(a, b, c);
}

template <std::integral T>
constexpr T bit_and(T a, T b) {
  return static_cast<T>(a & b);
}
template <std::integral T>
constexpr T bit_or(T a, T b) {
  return static_cast<T>(a | b);
}
template <std::integral T>
constexpr T bit_xor(T a, T b) {
  return static_cast<T>(a ^ b);
}
template <std::integral T>
constexpr T bit_not(T a) {
  if constexpr (std::same_as<T, bool>)
    return !a;
  else
    return static_cast<T>(~a);
}
template <std::integral T>
constexpr T shl(T a, T count) {
  const auto masked = static_cast<BitsOf<T>>(count) & (8 * sizeof(T) - 1);
  return static_cast<T>(static_cast<BitsOf<T>>(a) << masked);
}
template <std::integral T>
constexpr T shr(T a, T count) {
  const auto masked = static_cast<BitsOf<T>>(count) & (8 * sizeof(T) - 1);
  return static_cast<T>(a >> masked);
}

template <class T>
constexpr bool eq(T a, T b) {
  return a == b;
}
template <class T>
constexpr bool lt(T a, T b) {
  return a < b;
}
template <class T>
constexpr bool le(T a, T b) {
  return a <= b;
}
template <class T>
constexpr T select(bool condition, T a, T b) {
  return condition ? a : b;
}

/// Float to integer truncates, saturates at the ends of the type, and NaN gives 0. To bool: is not 0. Between integers
/// the low bits stay. To a float: rounded to nearest even.
template <class R, class T>
constexpr R cast(T a) {
  if constexpr (std::same_as<R, bool>) {
    return a != T{0};
  } else if constexpr (Float<T> && std::integral<R>) {
    // Both ends are powers of two (or 0), so that they are exact in T.
    constexpr T low = static_cast<T>(std::numeric_limits<R>::min());
    constexpr T high = static_cast<T>(std::numeric_limits<R>::max() / 2 + 1) * 2;
    if (a != a) return 0;
    if (a <= low) return std::numeric_limits<R>::min();
    if (a >= high) return std::numeric_limits<R>::max();
    return static_cast<R>(a);
  } else {
    return static_cast<R>(a);
  }
}
template <class R, class T>
requires(sizeof(R) == sizeof(T)) constexpr R bitcast(T a) {
  if constexpr (Float<T>) {
    if (a != a) return std::bit_cast<R>(kQuietNaN<T>);
  }
  return std::bit_cast<R>(a);
}

// How two values fold into one. Sums and products of floats use add and mul in the order of the unit tree;
// these three are exact in any order.

/// The smaller; NaN if either is NaN; -0 is less than +0.
template <class T>
constexpr T fold_min(T a, T b) {
  if constexpr (Float<T>) {
    if (a != a) return a;
    if (b != b) return b;
    if (a == b)
      return std::bit_cast<T>(static_cast<BitsOf<T>>(std::bit_cast<BitsOf<T>>(a) | std::bit_cast<BitsOf<T>>(b)));
  }
  return b < a ? b : a;
}
/// The larger; NaN if either is NaN; +0 is more than -0.
template <class T>
constexpr T fold_max(T a, T b) {
  if constexpr (Float<T>) {
    if (a != a) return a;
    if (b != b) return b;
    if (a == b)
      return std::bit_cast<T>(static_cast<BitsOf<T>>(std::bit_cast<BitsOf<T>>(a) & std::bit_cast<BitsOf<T>>(b)));
  }
  return a < b ? b : a;
}
/// True if an element with value `a` comes before one with value `b` for argmin (`Max` false) or argmax: a NaN before
/// all others, -0 and +0 alike. Of equals the one with the lower index is taken.
template <bool Max, class T>
constexpr bool goes_before(T a, T b) {
  if constexpr (Float<T>) {
    if (a != a) return b == b;
    if (b != b) return false;
  }
  return Max ? b < a : a < b;
}

}  // namespace LOCKSTEP_ISA
}  // namespace lockstep::arithmetic
