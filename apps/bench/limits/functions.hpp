#pragma once

// exp and sin in vectors, as one writes them for numbers that are known to be moderate: no special cases, results that
// are normal numbers, |x| below 87 (f32) or 708 (f64) for exp and below 1000 for sin. Method: W. Cody and W. Waite,
// Software Manual for the Elementary Functions (1980), with minimax polynomials. Errors are below 1.2 ulps (exp)
// and 2 ulps (sin).

#include "vector.hpp"

namespace lockstep::bench {
namespace {

template <class T>
struct Format;
template <>
struct Format<float> {
  static constexpr int kFraction = 23, kWidth = 32;
  static constexpr float kRounder = 0x1.8p23f;  ///< added to a number, leaves its nearest integer in the low bits
};
template <>
struct Format<double> {
  static constexpr int kFraction = 52, kWidth = 64;
  static constexpr double kRounder = 0x1.8p52;
};

/// c[0] + c[1]*x + ..., by Horner's rule: with several vectors in flight the fewest operations are the fastest.
template <int kFirst = 0, class V, class T, int kCount>
inline V polynomial(V x, const T (&c)[kCount]) {
  if constexpr (kFirst + 1 == kCount)
    return V{} + c[kFirst];
  else
    return multiply_add(polynomial<kFirst + 1>(x, c), x, V{} + c[kFirst]);
}

template <class T>
struct Exp;
template <>
struct Exp<float> {
  static constexpr float kPerLog2 = 0x1.715476p+0f, kHigh = 0x1.62e400p-1f, kLow = 0x1.7f7d1cp-20f;
  static constexpr float kTerms[] = {0x1p-1f, 0x1.55548ep-3f, 0x1.55545ep-5f, 0x1.123b7cp-7f, 0x1.6db466p-10f};
};
template <>
struct Exp<double> {
  static constexpr double kPerLog2 = 0x1.71547652b82fep+0, kHigh = 0x1.62e42feep-1, kLow = 0x1.a39ef35793c76p-33;
  static constexpr double kTerms[] = {0x1p-1,
                                      0x1.5555555555556p-3,
                                      0x1.5555555553d63p-5,
                                      0x1.11111111109b3p-7,
                                      0x1.6c16c1788bd90p-10,
                                      0x1.a01a01a7c41d5p-13,
                                      0x1.a019b90d2ae7ap-16,
                                      0x1.71de0dae63bb3p-19,
                                      0x1.289185613a3d6p-22,
                                      0x1.af38a9b0ec855p-26};
};

/// exp(x) = 2^n * exp(r), |r| <= log(2)/2.
template <class T>
inline Vector<T> exponential(Vector<T> x) {
  using V = Vector<T>;
  using F = Format<T>;
  const V rounded = multiply_add(x, V{} + Exp<T>::kPerLog2, V{} + F::kRounder), n = rounded - F::kRounder;
  const V r = multiply_add(n, V{} - Exp<T>::kLow, multiply_add(n, V{} - Exp<T>::kHigh, x));
  const V y = multiply_add(r * r, polynomial(r, Exp<T>::kTerms), r) + 1;
  return reinterpret_cast<V>(reinterpret_cast<Bits<T>>(y) + (reinterpret_cast<Bits<T>>(rounded) << F::kFraction));
}

/// kPi: pi in parts, whose products with the integer are exact where multiply_add rounds twice.
template <class T>
struct Sin;
template <>
struct Sin<float> {
  static constexpr float kPerPi = 0x1.45f306p-2f;
#if defined(__FMA__)
  static constexpr float kPi[] = {0x1.921fb6p+1f, -0x1.777a5cp-24f};
#else
  static constexpr float kPi[] = {0x1.92p+1f, 0x1.fb4p-11f, 0x1.4442d2p-23f};
#endif
  static constexpr float kTerms[] = {-0x1.55554cp-3f, 0x1.110ed4p-7f, -0x1.9f6ff0p-13f, 0x1.5dbd1cp-19f};
};
template <>
struct Sin<double> {
  static constexpr double kPerPi = 0x1.45f306dc9c883p-2;
#if defined(__FMA__)
  static constexpr double kPi[] = {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};
#else
  static constexpr double kPi[] = {0x1.921fb4p+1, 0x1.4442d18p-23, 0x1.1a62633145c07p-53};
#endif
  static constexpr double kTerms[] = {-0x1.5555555555555p-3,  0x1.1111111111107p-7,   -0x1.a01a01a018aa6p-13,
                                      0x1.71de3a54562a8p-19,  -0x1.ae6455a1a9e7ep-26, 0x1.6124014cbe2fcp-33,
                                      -0x1.ae513415aadc9p-41, 0x1.89a3f16388e8bp-49};
};

/// sin(x) = +-sin(r), |r| <= pi/2, by the parity of the multiple of pi.
template <class T>
inline Vector<T> sine(Vector<T> x) {
  using V = Vector<T>;
  using F = Format<T>;
  const V rounded = multiply_add(x, V{} + Sin<T>::kPerPi, V{} + F::kRounder), n = rounded - F::kRounder;
  V r = x;
  for (const T part : Sin<T>::kPi) r = multiply_add(n, V{} - part, r);
  const V square = r * r, y = multiply_add(r * square, polynomial(square, Sin<T>::kTerms), r);
  const Bits<T> sign = reinterpret_cast<Bits<T>>(rounded) << (F::kWidth - 1);
  return reinterpret_cast<V>(reinterpret_cast<Bits<T>>(y) ^ sign);
}

}  // namespace
}  // namespace lockstep::bench
