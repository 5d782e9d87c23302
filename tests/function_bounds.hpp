#pragma once

#include "exact_functions.hpp"

namespace lockstep::test {

/// The greatest error that a function may have, in ulps of the exact result. docs/accuracy.md says where it was
/// measured.
struct Bound {
  Function function;
  double f32, f64;
};
inline constexpr Bound kBounds[] = {
    {Function::exp, 0.77, 0.7},      {Function::exp2, 0.77, 0.7},    {Function::expm1, 0.96, 0.94},
    {Function::log, 0.56, 0.56},     {Function::log2, 0.59, 0.56},   {Function::log10, 0.56, 0.56},
    {Function::log1p, 0.58, 0.56},   {Function::sin, 0.77, 0.73},    {Function::cos, 0.77, 0.74},
    {Function::tan, 0.97, 0.88},     {Function::asin, 0.64, 0.62},   {Function::acos, 0.62, 0.62},
    {Function::atan, 0.61, 0.6},     {Function::atan2, 0.6, 0.6},    {Function::sinh, 0.88, 0.8},
    {Function::cosh, 0.72, 0.71},    {Function::tanh, 0.77, 0.72},   {Function::asinh, 0.58, 0.57},
    {Function::acosh, 0.56, 0.56},   {Function::atanh, 0.58, 0.58},  {Function::power, 0.8, 0.78},
    {Function::rsqrt, 0.501, 0.501}, {Function::cbrt, 0.501, 0.501}, {Function::hypot, 0.7, 0.7},
    {Function::erf, 0.8, 0.82},      {Function::erfc, 0.9, 0.86},    {Function::sigmoid, 0.77, 0.7},
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

/// A function of one operand as the C library has it; null if it has none. In double it is good enough to judge floats:
/// it errs by some 2^-28 ulp of them.
template <class T>
T (*library_function(Function function))
(T) {
#define LOCKSTEP_TEST_DOUBLE(name) \
  case Function::name:             \
    return [](T x) { return std::name(x); };
  switch (function) {
    LOCKSTEP_TEST_DOUBLE(exp)
    LOCKSTEP_TEST_DOUBLE(exp2)
    LOCKSTEP_TEST_DOUBLE(expm1)
    LOCKSTEP_TEST_DOUBLE(log)
    LOCKSTEP_TEST_DOUBLE(log2)
    LOCKSTEP_TEST_DOUBLE(log10)
    LOCKSTEP_TEST_DOUBLE(log1p)
    LOCKSTEP_TEST_DOUBLE(sin)
    LOCKSTEP_TEST_DOUBLE(cos)
    LOCKSTEP_TEST_DOUBLE(tan)
    LOCKSTEP_TEST_DOUBLE(asin)
    LOCKSTEP_TEST_DOUBLE(acos)
    LOCKSTEP_TEST_DOUBLE(atan)
    LOCKSTEP_TEST_DOUBLE(sinh)
    LOCKSTEP_TEST_DOUBLE(cosh)
    LOCKSTEP_TEST_DOUBLE(tanh)
    LOCKSTEP_TEST_DOUBLE(asinh)
    LOCKSTEP_TEST_DOUBLE(acosh)
    LOCKSTEP_TEST_DOUBLE(atanh)
    LOCKSTEP_TEST_DOUBLE(cbrt)
    LOCKSTEP_TEST_DOUBLE(erf)
    LOCKSTEP_TEST_DOUBLE(erfc)
    case Function::rsqrt:
      return [](T x) { return 1 / std::sqrt(x); };
    case Function::sigmoid:
      return [](T x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); };
    default:
      return nullptr;
  }
#undef LOCKSTEP_TEST_DOUBLE
}

/// The distance of a float from a double in ulps of the latter as a float; infinite if they are of different kinds.
inline double float_ulps(float got, double exact) {
  constexpr double kWrong = std::numeric_limits<double>::infinity(), kBeyond = 0x1p128;
  if (got != got || exact != exact) return got != got && exact != exact ? 0 : kWrong;
  // Infinity counts as the float that would follow the greatest.
  const double near = std::isinf(got) ? std::copysign(kBeyond, got) : static_cast<double>(got);
  const double far = std::fabs(exact) > kBeyond ? std::copysign(kBeyond, exact) : exact;
  if (std::isinf(exact)) return static_cast<double>(got) == exact ? 0 : kWrong;
  if (far == 0) return near == 0 ? 0 : kWrong;
  const int last = std::max(std::ilogb(std::fabs(far) == kBeyond ? 0x1p127 : far), -126) - 23;
  return std::ldexp(std::fabs(near - far), -last);
}

}  // namespace lockstep::test
