#pragma once

#include <bit>
#include <type_traits>

#include "exact_functions.hpp"

namespace lockstep::test {

/// The greatest error that a function may have, in ulps of the exact result. docs/accuracy.md says where it was
/// measured.
struct Bound {
  Function function;
  double f32, f64;
};
inline constexpr Bound kBounds[] = {
    {Function::exp, 0.82, 0.82},     {Function::exp2, 0.8, 0.76},    {Function::expm1, 0.96, 0.94},
    {Function::log, 0.65, 0.67},     {Function::log2, 0.71, 0.68},   {Function::log10, 0.66, 0.62},
    {Function::log1p, 0.65, 0.67},   {Function::sin, 0.87, 0.86},    {Function::cos, 0.87, 0.87},
    {Function::tan, 0.97, 0.92},     {Function::asin, 0.64, 0.62},   {Function::acos, 0.62, 0.62},
    {Function::atan, 0.61, 0.6},     {Function::atan2, 0.6, 0.6},    {Function::sinh, 0.88, 0.87},
    {Function::cosh, 0.72, 0.71},    {Function::tanh, 0.77, 0.74},   {Function::asinh, 0.67, 0.66},
    {Function::acosh, 0.63, 0.65},   {Function::atanh, 0.66, 0.65},  {Function::power, 0.8, 0.78},
    {Function::rsqrt, 0.501, 0.501}, {Function::cbrt, 0.501, 0.501}, {Function::hypot, 0.76, 0.76},
    {Function::erf, 0.98, 0.98},     {Function::erfc, 0.9, 0.86},    {Function::sigmoid, 0.77, 0.76},
    {Function::lgamma, 0.91, 0.9},   {Function::tgamma, 0.9, 0.9},
};

template <class T>
double bound_of(Function function) {
  for (const Bound& b : kBounds)
    if (b.function == function) return sizeof(T) == 4 ? b.f32 : b.f64;
  return 0;
}

/// The worst of many results.
template <class T>
struct Worst {
  double ulps = -1;
  T x{}, y{}, got{};

  void see(double ulps_, T x_, T y_, T got_) {
    if (ulps_ > ulps) *this = {ulps_, x_, y_, got_};
  }
  std::string text() const {
    std::ostringstream out;
    out << ulps << " ulp at " << std::hexfloat << x << ", " << y << ", got " << got;
    return out.str();
  }
};

/// A function as the C library has it; null if it has none. In the next wider type it is good enough to judge: it errs
/// by some 2^-28 ulp of floats, 2^-10 of doubles.
template <class T>
T (*library_function(Function function))
(T, T) {
#define LOCKSTEP_TEST_LIBRARY(name) \
  case Function::name:              \
    return [](T x, T) { return std::name(x); };
#define LOCKSTEP_TEST_LIBRARY_2(name, library_name) \
  case Function::name:                              \
    return [](T x, T y) { return std::library_name(x, y); };
  switch (function) {
    LOCKSTEP_TEST_LIBRARY(exp)
    LOCKSTEP_TEST_LIBRARY(exp2)
    LOCKSTEP_TEST_LIBRARY(expm1)
    LOCKSTEP_TEST_LIBRARY(log)
    LOCKSTEP_TEST_LIBRARY(log2)
    LOCKSTEP_TEST_LIBRARY(log10)
    LOCKSTEP_TEST_LIBRARY(log1p)
    LOCKSTEP_TEST_LIBRARY(sin)
    LOCKSTEP_TEST_LIBRARY(cos)
    LOCKSTEP_TEST_LIBRARY(tan)
    LOCKSTEP_TEST_LIBRARY(asin)
    LOCKSTEP_TEST_LIBRARY(acos)
    LOCKSTEP_TEST_LIBRARY(atan)
    LOCKSTEP_TEST_LIBRARY(sinh)
    LOCKSTEP_TEST_LIBRARY(cosh)
    LOCKSTEP_TEST_LIBRARY(tanh)
    LOCKSTEP_TEST_LIBRARY(asinh)
    LOCKSTEP_TEST_LIBRARY(acosh)
    LOCKSTEP_TEST_LIBRARY(atanh)
    LOCKSTEP_TEST_LIBRARY(cbrt)
    LOCKSTEP_TEST_LIBRARY(erf)
    LOCKSTEP_TEST_LIBRARY(erfc)
    LOCKSTEP_TEST_LIBRARY(lgamma)
    LOCKSTEP_TEST_LIBRARY_2(power, pow)
    LOCKSTEP_TEST_LIBRARY_2(atan2, atan2)
    LOCKSTEP_TEST_LIBRARY_2(hypot, hypot)
    case Function::tgamma:  // MPFR, as C before C23, gives NaN for minus infinity and at the poles
      return [](T x, T) { return std::tgamma(x); };
    case Function::rsqrt:
      return [](T x, T) { return 1 / std::sqrt(x); };
    case Function::sigmoid:
      return [](T x, T) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); };
    default:
      return nullptr;
  }
#undef LOCKSTEP_TEST_LIBRARY
#undef LOCKSTEP_TEST_LIBRARY_2
}

/// The type that judges.
template <class T>
using Wider = std::conditional_t<sizeof(T) == 4, double, long double>;

/// The distance of a result from the exact one, which the wider type holds, in ulps of the latter; infinite if they are
/// of different kinds. `least`: the exponent below which the ulps stay the same.
template <class T>
double ulps_between(T got, Wider<T> exact, int least = std::numeric_limits<T>::min_exponent - 1) {
  using L = std::numeric_limits<T>;
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  if (got != got || exact != exact) return got != got && exact != exact ? 0 : kWrong;
  if (std::isinf(exact)) return static_cast<Wider<T>>(got) == exact ? 0 : kWrong;
  if (exact == 0) return got == 0 ? 0 : kWrong;
  // Infinity counts as the number that would follow the greatest.
  const Wider<T> beyond = std::ldexp(Wider<T>(1), L::max_exponent);
  const Wider<T> near = std::isinf(got) ? std::copysign(beyond, static_cast<Wider<T>>(got)) : got;
  const Wider<T> far = std::fabs(exact) > beyond ? std::copysign(beyond, exact) : exact;
  const int exponent = std::min(std::ilogb(far), L::max_exponent - 1);
  return static_cast<double>(
      std::ldexp(std::fabs(near - far), L::digits - 1 - std::max(exponent, std::max(least, L::min_exponent - 1))));
}

/// Finds the greatest error of many results, and asks MPFR only about those that could be it: the others are nearer to
/// the C library's result in the wider type by more than what that can be off. The margin is 32 of its ulps for floats
/// and for doubles; the worst known of these functions is about 10 (V. Innocente and P. Zimmermann, Accuracy of
/// Mathematical Functions in Single, Double, Extended Double and Quadruple Precision, 2022).
template <class T>
class WorstFinder {
 public:
  explicit WorstFinder(Function function)
      : function_(function), library_(library_function<Wider<T>>(function)), meter_(function) {}

  void see(T x, T y, T got) { see(x, y, got, library_(static_cast<Wider<T>>(x), static_cast<Wider<T>>(y))); }
  /// The same by another judge's result in the wider type, no further off than the margin.
  void see(T x, T y, T got, Wider<T> exact) {
    if (distance(x, got, exact) + kMargin > worst_.ulps) judge(x, y, got);
  }
  /// Not to look again for what others found.
  void start_from(const Worst<T>& found) { worst_.see(found.ulps, found.x, found.y, found.got); }
  const Worst<T>& worst() const { return worst_; }
  std::uint64_t judged() const { return judged_; }

 private:
  static constexpr double kMargin =
      32.0 / static_cast<double>(1ull << (std::numeric_limits<Wider<T>>::digits - std::numeric_limits<T>::digits));

  /// As `ulps_between`; by bits where it is simple.
  double distance(T x, T got, Wider<T> exact) const {
    if (static_cast<Wider<T>>(got) == exact) return 0;
    if constexpr (sizeof(T) == 4) {
      const double magnitude = std::fabs(exact);
      if (magnitude >= 0x1p-126 && magnitude < 0x1p127 && std::fabs(got) < std::numeric_limits<float>::infinity() &&
          function_ != Function::lgamma) {
        const std::uint64_t exponent = std::bit_cast<std::uint64_t>(exact) >> 52 & 2047;
        return std::fabs(static_cast<double>(got) - exact) * std::bit_cast<double>((2046 + 23 - exponent) << 52);
      }
    }
    return ulps_between(got, exact, least_exponent(function_, x));
  }

  void judge(T x, T y, T got) {
    worst_.see(meter_(x, y, got), x, y, got);
    ++judged_;
  }

  Function function_;
  Wider<T> (*library_)(Wider<T>, Wider<T>);
  UlpMeter<T> meter_;
  Worst<T> worst_;
  std::uint64_t judged_ = 0;
};

}  // namespace lockstep::test
