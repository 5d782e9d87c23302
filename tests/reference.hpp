#pragma once

#include "cells.hpp"
#include "lockstep/random.hpp"

// What each function of functions.def gives for operands of one type, element by element in plain C++: a reference that
// shares no code with the engine. Goldens made with NumPy check most rows a second time.

namespace lockstep::test {

/// One element; nothing where the function refuses the type.
struct Cell {
  DType type;
  std::uint64_t bits;
};
using Result = std::optional<Cell>;

template <Element T>
Result cell(T value) {
  return Cell{dtype_of<T>, to_bits(value)};
}

/// In what type arithmetic with a bool counts, and which float a function of floats takes a type to.
template <class T>
using Counting = std::conditional_t<std::same_as<T, bool>, std::int8_t, T>;
template <class T>
using Quotient = std::conditional_t<std::is_floating_point_v<T>, T, double>;
template <class T>
using Floating = std::conditional_t<sizeof(T) == 1, float, Quotient<T>>;

template <class T>
bool is_nan(T a) {
  return a != a;
}

/// `f` on the unsigned twins of integers, which wrap; on floats as they are.
template <class T, class F>
T wrapping(T a, T b, F f) {
  if constexpr (std::is_floating_point_v<T>) {
    return f(a, b);
  } else if constexpr (std::same_as<T, bool>) {
    return f(unsigned{a}, unsigned{b}) != 0;
  } else {
    return static_cast<T>(f(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
  }
}

/// NumPy's npy_divmod, in its order of operations.
template <class T>
std::pair<T, T> divide_floats(T a, T b) {
  T left = std::fmod(a, b);
  if (b == 0) return {a / b, left};
  T quotient = (a - left) / b;
  if (left != 0) {
    if ((b < 0) != (left < 0)) {
      left += b;
      quotient -= 1;
    }
  } else {
    left = std::copysign(T(0), b);
  }
  if (quotient == 0) return {std::copysign(T(0), a / b), left};
  T whole = std::floor(quotient);
  if (quotient - whole > T(0.5)) whole += 1;
  return {whole, left};
}
template <class T>
std::pair<T, T> divide_down(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return divide_floats(a, b);
  } else {
    if (b == 0) return {T(0), T(0)};
    if constexpr (std::is_signed_v<T>)
      if (b == T(-1)) return {wrapping(T(0), a, [](auto x, auto y) { return x - y; }), T(0)};
    const T quotient = static_cast<T>(a / b), left = static_cast<T>(a % b);
    const bool down = left != 0 && (left < 0) != (b < 0);
    return {static_cast<T>(quotient - down), static_cast<T>(down ? left + b : left)};
  }
}

/// b is 0 or more.
template <class T>
Result whole_power(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return {};  // not exact: 15_functions.cpp
  } else {
    T out = 1;
    for (T i = 0; i < b; ++i) out = wrapping(out, a, [](auto x, auto y) { return x * y; });
    return cell(out);
  }
}

template <class T, class F>
Result bitwise(T a, T b, F f) {
  if constexpr (std::is_floating_point_v<T>) {
    return {};
  } else {
    return cell(static_cast<T>(f(a, b)));
  }
}
template <class T>
Result complement(T a) {
  if constexpr (std::is_floating_point_v<T>) {
    return {};
  } else if constexpr (std::same_as<T, bool>) {
    return cell(!a);
  } else {
    return bitwise(a, a, [](auto x, auto) { return ~x; });
  }
}
template <class T>
Result shift(T a, T b, bool left) {
  if constexpr (std::is_floating_point_v<T>) {
    return {};
  } else {
    const auto count = static_cast<unsigned>(b) & (sizeof(T) * 8 - 1);
    return cell(
        static_cast<T>(left ? static_cast<T>(static_cast<std::uint64_t>(a) << count) : static_cast<T>(a >> count)));
  }
}

template <class T>
T smaller(T a, T b) {
  return is_nan(a) ? a : is_nan(b) ? b : b < a ? b : a;
}
template <class T>
T larger(T a, T b) {
  return is_nan(a) ? a : is_nan(b) ? b : a < b ? b : a;
}

template <class T>
T sign_of(T a) {
  return is_nan(a) ? a : static_cast<T>((a > 0) - (a < 0));
}
template <class T>
T magnitude(T a) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fabs(a);
  } else if constexpr (std::is_signed_v<T>) {
    return a < 0 ? wrapping(T(0), a, [](auto x, auto y) { return x - y; }) : a;
  } else {
    return a;
  }
}
template <class T>
T negated(T a) {
  if constexpr (std::is_floating_point_v<T>) {
    return -a;
  } else {
    return wrapping(T(0), a, [](auto x, auto y) { return x - y; });
  }
}

template <class T, class F>
T rounded(T a, F f) {
  if constexpr (std::is_floating_point_v<T>) {
    return f(a);
  } else {
    return a;
  }
}
template <class T>
bool is_infinite(T a) {
  if constexpr (std::is_floating_point_v<T>) return std::isinf(a);
  return false;
}
template <class T>
bool is_minus(T a) {
  if constexpr (std::is_floating_point_v<T>) return !is_nan(a) && std::signbit(a);
  return a < T(0);
}

/// Two words of a block of the scalar generator.
template <Element T>
Result random_half(T a, T b, T c, std::size_t from) {
  if constexpr (std::is_floating_point_v<T>) {
    return {};
  } else {
    const auto word = [](T v, int shift) { return static_cast<std::uint32_t>(static_cast<std::uint64_t>(v) >> shift); };
    const auto block = philox({word(a, 0), word(a, 32), word(b, 0), word(b, 32)}, {word(c, 0), word(c, 32)});
    return cell(std::uint64_t{block[from]} << 32 | block[from + 1]);
  }
}

/// `function` of a, b and c, as many as it takes.
template <Element T>
Result reference(Function function, T a, T b, T c) {
  constexpr bool kBool = std::same_as<T, bool>;
  using C = Counting<T>;
  using F = Floating<T>;
  using Q = Quotient<T>;
  switch (function) {
    case Function::add:
      return cell(wrapping(a, b, [](auto x, auto y) { return x + y; }));
    case Function::subtract:
      return kBool ? Result() : cell(wrapping(C(a), C(b), [](auto x, auto y) { return x - y; }));
    case Function::multiply:
      return cell(wrapping(a, b, [](auto x, auto y) { return x * y; }));
    case Function::true_divide:
      return cell(static_cast<Q>(a) / static_cast<Q>(b));
    case Function::floor_divide:
      return cell(divide_down(C(a), C(b)).first);
    case Function::remainder:
      return cell(divide_down(C(a), C(b)).second);
    case Function::power:
      return whole_power(C(a), C(b));
    case Function::bitwise_and:
      return bitwise(a, b, [](auto x, auto y) { return x & y; });
    case Function::bitwise_or:
      return bitwise(a, b, [](auto x, auto y) { return x | y; });
    case Function::bitwise_xor:
      return bitwise(a, b, [](auto x, auto y) { return x ^ y; });
    case Function::left_shift:
      return shift(C(a), C(b), true);
    case Function::right_shift:
      return shift(C(a), C(b), false);
    case Function::equal:
      return cell(a == b);
    case Function::not_equal:
      return cell(a != b);
    case Function::less:
      return cell(a < b);
    case Function::less_equal:
      return cell(a <= b);
    case Function::greater:
      return cell(a > b);
    case Function::greater_equal:
      return cell(a >= b);
    case Function::logical_and:
      return cell(a != T(0) && b != T(0));
    case Function::logical_or:
      return cell(a != T(0) || b != T(0));
    case Function::logical_xor:
      return cell((a != T(0)) != (b != T(0)));
    case Function::minimum:
      return cell(smaller(a, b));
    case Function::maximum:
      return cell(larger(a, b));
    case Function::fmin:
      return cell(is_nan(a) ? b : is_nan(b) ? a : smaller(a, b));
    case Function::fmax:
      return cell(is_nan(a) ? b : is_nan(b) ? a : larger(a, b));
    case Function::copysign:
      return cell(std::copysign(static_cast<F>(a), is_nan(b) ? F(1) : static_cast<F>(b)));
    case Function::negative:
      return kBool ? Result() : cell(negated(C(a)));
    case Function::invert:
      return complement(a);
    case Function::logical_not:
      return cell(a == T(0));
    case Function::abs:
      return cell(magnitude(a));
    case Function::sign:
      return kBool ? Result() : cell(sign_of(C(a)));
    case Function::square:
      return cell(wrapping(a, a, [](auto x, auto y) { return x * y; }));
    case Function::sqrt:
      return cell(std::sqrt(static_cast<F>(a)));
    case Function::reciprocal:
      return cell(F(1) / static_cast<F>(a));
    case Function::floor:
      return cell(rounded(a, [](auto x) { return std::floor(x); }));
    case Function::ceil:
      return cell(rounded(a, [](auto x) { return std::ceil(x); }));
    case Function::trunc:
      return cell(rounded(a, [](auto x) { return std::trunc(x); }));
    case Function::rint:
    case Function::round:
      return cell(rounded(a, [](auto x) { return std::nearbyint(x); }));
    case Function::isnan:
      return cell(is_nan(a));
    case Function::isinf:
      return cell(is_infinite(a));
    case Function::isfinite:
      return cell(!is_nan(a) && !is_infinite(a));
    case Function::signbit:
      return cell(is_minus(a));
    case Function::philox:
    case Function::philox_next:
      return random_half(a, b, c, function == Function::philox ? 0 : 2);
    case Function::where:
      return cell(a != T(0) ? b : c);
    case Function::fma:
      return cell(std::fma(static_cast<F>(a), static_cast<F>(b), static_cast<F>(c)));
    case Function::clip:
      return cell(smaller(larger(a, b), c));
    default:
      return {};  // not exact: 15_functions.cpp
  }
}

/// `value` in another type, by the rules of `cast`.
template <Element To, Element From>
To reference_cast(From value) {
  using L = std::numeric_limits<To>;
  if constexpr (std::same_as<To, bool>) {
    return value != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (is_nan(value)) return 0;
    const From whole = std::trunc(value);
    if (whole <= static_cast<From>(L::min())) return L::min();
    // The largest integer may not be a float: 2^digits is one, and is the first value too large.
    if (whole >= std::ldexp(From(1), L::digits)) return L::max();
    return static_cast<To>(whole);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace lockstep::test
