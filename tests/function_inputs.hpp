#pragma once

#include "cells.hpp"

// Inputs for the mathematical functions: random ones of many kinds, and those at which an algorithm may go wrong.

namespace lockstep::test {

/// Arguments side by side; `y` is not used for functions of one.
template <class T>
struct Inputs {
  std::vector<T> x, y;

  void add(T a, T b = 0) {
    x.push_back(a);
    y.push_back(b);
  }
};

/// Functions whose bits have a version: the mathematical ones. Of power, the one of floats.
inline std::vector<FunctionInfo> mathematical_functions() {
  std::vector<FunctionInfo> rows;
  for (const FunctionInfo& row : all_functions())
    if (bits_version(row.function, DType::f64) > 0) rows.push_back(row);
  return rows;
}

template <class T>
class InputMaker {
 public:
  InputMaker(Function function, std::uint64_t seed) : function_(function), random_(seed) {}

  Inputs<T> random(std::size_t n) {
    Inputs<T> in;
    for (std::size_t i = 0; i < n; ++i) {
      T x = any_kind();
      T y = second(x);
      in.add(x, y);
    }
    return in;
  }

  /// Neighbours of the places at which a case begins: powers of two, simple fractions, multiples of pi/4 and ln(2)/2,
  /// the ends of ranges; and the floats known to lie nearest to multiples of pi/2.
  static Inputs<T> edges(Function function) {
    Inputs<T> in;
    std::vector<double> places{0.25,
                               0.236,
                               0.5,
                               0.625,
                               0.71875,
                               0.75,
                               1,
                               1.5,
                               2,
                               3,
                               4,
                               10,
                               0.7071067811865476,
                               1.4142135623730951,
                               9,
                               10.25,
                               19.0625,
                               20,
                               26.5,
                               27.25,
                               28,
                               709.782712893384,
                               745.1332191019411,
                               88.72283935546875,
                               103.97208,
                               1024,
                               1074,
                               128,
                               149,
                               710.4758600739439};
    for (int i = 1; i < 40; ++i)
      places.insert(places.end(), {i * 0.7853981633974483, i * 0.34657359027997264, i * 0.5});
    for (int i = std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits;
         i < std::numeric_limits<T>::max_exponent; ++i)
      places.push_back(std::ldexp(1.0, i));
    for (const double place : places) {
      T low = static_cast<T>(place), high = low;
      for (int i = 0; i < 4; ++i) {
        for (const T v : {low, high, -low, -high}) in.add(v, function == Function::power ? T(1) / v : v);
        low = std::nextafter(low, T(0));
        high = std::nextafter(high, std::numeric_limits<T>::infinity());
      }
    }
    // Sources: Muller, Elementary Functions, table of worst cases of range reduction, for f64; for f32 found by search.
    for (const double hard : {6381956970095103 * 0x1p797, 16367173 * 0x1p72, 5.3714e32, 0x1.6c6cbc45dc8dep5, 0x1p1023})
      if (std::isfinite(static_cast<T>(hard))) in.add(static_cast<T>(hard), static_cast<T>(hard));
    return in;
  }

 private:
  static constexpr bool kSingle = sizeof(T) == 4;

  double unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  T uniform(double low, double high) { return static_cast<T>(low + (high - low) * unit()); }
  T logarithmic(double low, double high) {
    const double v = std::exp2(low + (high - low) * unit());
    return static_cast<T>(random_() & 1 ? v : -v);
  }

  T any_kind() {
    switch (random_() % 8) {
      case 0:
        return from_bits<T>(random_());
      case 1:
        return uniform(-1, 1);
      case 2:
        return uniform(-10, 10);
      case 3:
        return uniform(-40, 40);
      case 4:
        return logarithmic(-30, 4);
      case 5:
        return kSingle ? uniform(-105, 95) : uniform(-750, 715);
      case 6:
        return static_cast<T>(1 + logarithmic(kSingle ? -24 : -53, 0));
      default:
        return logarithmic(-3, 3);
    }
  }

  T second(T& x) {
    const std::uint64_t kind = random_() % 4;
    if (function_ != Function::power) {
      if (kind == 0) return any_kind();
      if (kind == 1) return static_cast<T>(x * logarithmic(-2, 2));
      return kind == 2 ? uniform(-10, 10) : static_cast<T>(x * logarithmic(-40, 40));
    }
    if (random_() % 4) x = std::fabs(x);
    const double log = std::log2(std::fabs(static_cast<double>(x)));
    const double range = (kSingle ? 150 : 1076) / (log != 0 ? log : 1);
    if (kind == 0) return uniform(-4, 4);
    if (kind == 1) return static_cast<T>(range * uniform(-1, 1));
    if (kind == 2) return std::round(uniform(-30, 30));
    return static_cast<T>(range * uniform(0.8, 1.01) * (random_() & 1 ? 1 : -1));  // near the ends of the range
  }

  Function function_;
  std::mt19937_64 random_;
};

/// `function` of inputs, on the device.
template <class T>
std::vector<T> on_device(const Device& device, const FunctionInfo& row, const Inputs<T>& in) {
  const Array x = device.array(in.x);
  if (row.arity == 1) return evaluate(call(row.function, std::initializer_list<Expr>{x})).template to_host<T>();
  return evaluate(call(row.function, std::initializer_list<Expr>{x, device.array(in.y)})).template to_host<T>();
}

/// `function` of one operand, of values.
template <class T>
std::vector<T> values_of(const Device& device, Function function, const std::vector<T>& x) {
  const Array a = device.array(x);
  return evaluate(call(function, std::initializer_list<Expr>{a})).template to_host<T>();
}

}  // namespace lockstep::test
