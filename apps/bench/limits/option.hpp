#pragma once

// A European call by Black and Scholes, in vectors, for prices and strikes that are normal numbers not near the ends of
// their type: the logarithm of a quotient with one division, and the normal distribution itself in place of erf.

#include "functions.hpp"

namespace lockstep::bench {
namespace {

template <class T>
struct Log;
template <>
struct Log<float> {
  static constexpr float kTerms[] = {0x1.555556p-1f, 0x1.999a6cp-2f, 0x1.242cacp-2f, 0x1.e660dcp-3f};
};
template <>
struct Log<double> {
  static constexpr double kTerms[] = {0x1.5555555555555p-1, 0x1.9999999999f21p-2, 0x1.24924923dd52fp-2,
                                      0x1.c71c72e0c9fdap-3, 0x1.745cabd22e954p-3, 0x1.3b29e207f23d9p-3,
                                      0x1.0e8af7c129a6ep-3, 0x1.16a6bd487ffeep-3};
};

/// log(x/y) within about 2 ulps, x and y positive: n*log(2) + 2*atanh((x - z)/(x + z)) with z = 2^n*y and 2/3 < x/z <
/// 3/2. The difference of the bits is 2^kFraction times the logarithm to base 2, within 0.09: its nearest integer is n.
template <class T>
inline Vector<T> log_of_quotient(Vector<T> x, Vector<T> y) {
  using V = Vector<T>;
  using F = Format<T>;
  using Lane = std::remove_reference_t<decltype(Bits<T>{}[0])>;
  constexpr Lane kOne = Lane{1} << F::kFraction, kBias = Lane{1} << (F::kWidth - F::kFraction - 2);
  const Bits<T> apart = reinterpret_cast<Bits<T>>(x) - reinterpret_cast<Bits<T>>(y) + kOne / 2;
  const V z = reinterpret_cast<V>(reinterpret_cast<Bits<T>>(y) + (apart & (Lane{} - kOne)));
  const V whole = V{} + static_cast<T>(kOne);  // its low bits hold an integer
  const Bits<T> biased = (apart + (kBias << F::kFraction)) >> F::kFraction;
  const V n = reinterpret_cast<V>(biased | reinterpret_cast<Bits<T>>(whole)) - static_cast<T>(kOne + kBias);
  const V s = (x - z) / (x + z), square = s * s;
  const V tail = multiply_add(s * square, polynomial(square, Log<T>::kTerms), n * Exp<T>::kLow);
  return multiply_add(n, V{} + Exp<T>::kHigh, multiply_add(s, V{} + 2, tail));
}

/// All ones in the lanes of negative numbers.
template <class T>
inline Bits<T> is_negative(Vector<T> x) {
  return reinterpret_cast<Bits<T>>(x < 0);
}
template <class T>
inline Vector<T> magnitude(Vector<T> x, T most) {
  using Lane = std::remove_reference_t<decltype(Bits<T>{}[0])>;
  const auto a = reinterpret_cast<Vector<T>>(reinterpret_cast<Bits<T>>(x) & (~Lane{} >> 1));
  return a < most ? a : Vector<T>{} + most;
}

/// The upper tail of the normal distribution, 2^-p(x) with 0 <= x <= 6, within 1.5 * 2^-25.
inline Vector<float> normal_tail(Vector<float> x) {
  using V = Vector<float>;
  using F = Format<float>;
  constexpr float kPower[] = {-0x1p+0f,        -0x1.26aec4p+0f,  -0x1.d63e26p-2f, -0x1.ad8bacp-5f,  0x1.c63ce2p-8f,
                              0x1.f706c0p-17f, -0x1.2a2916p-12f, 0x1.3a76aep-14f, -0x1.40ca00p-17f, 0x1.13577ap-21f};
  constexpr float kTerms[] = {0x1.62e430p-1f, 0x1.ebfbe0p-3f,  0x1.c6af6cp-5f,
                              0x1.3b2a52p-7f, 0x1.5f08b8p-10f, 0x1.4413a4p-13f};
  const V p = polynomial(x, kPower), rounded = p + F::kRounder, r = p - (rounded - F::kRounder);
  const V y = multiply_add(r, polynomial(r, kTerms), V{} + 1);
  return reinterpret_cast<V>(reinterpret_cast<Bits<float>>(y) +
                             (reinterpret_cast<Bits<float>>(rounded) << F::kFraction));
}

/// The tail and the density at multiples of 1/128.
struct NormalTable {
  static constexpr double kStep = 0x1p-7, kLast = 8.5;
  static constexpr int kCount = static_cast<int>(kLast / kStep) + 1;
  struct Row {
    double tail, density;
  } rows[kCount];
  NormalTable() {
    for (int i = 0; i < kCount; ++i) {
      const long double x = i * kStep;
      rows[i] = {static_cast<double>(__builtin_erfcl(x * 0.707106781186547524400844362104849039L) / 2),
                 static_cast<double>(__builtin_expl(-x * x / 2) * 0.398942280401432677939946059934381868L)};
    }
  }
};
/// Made at first use: at the program's start a processor may lack the instructions that this is compiled to.
inline const NormalTable& normal_table() {
  static const NormalTable table;
  return table;
}

struct TailAndDensity {
  Vector<double> tail, density;
};
/// The rows whose numbers are the low 32 bits of the lanes.
inline TailAndDensity look_up(Bits<double> row) {
#if defined(__AVX512F__)
  const auto index = reinterpret_cast<__m512i>((row & 0xffffffffu) << 1);
  const double* table = &normal_table().rows[0].tail;
  const __m512d none = _mm512_setzero_pd();
  return {reinterpret_cast<Vector<double>>(_mm512_mask_i64gather_pd(none, __mmask8(-1), index, table, 8)),
          reinterpret_cast<Vector<double>>(_mm512_mask_i64gather_pd(none, __mmask8(-1), index, table + 1, 8))};
#elif defined(__AVX2__)
  // Both numbers of a row in one load: faster than gathers.
  const auto index = reinterpret_cast<__m256i>(row);
  const __m128i low = _mm256_castsi256_si128(index), high = _mm256_extracti128_si256(index, 1);
  const NormalTable& table = normal_table();
  const auto at = [&](int i) { return _mm_loadu_pd(&table.rows[static_cast<unsigned>(i)].tail); };
  const __m256d even =
      _mm256_insertf128_pd(_mm256_castpd128_pd256(at(_mm_cvtsi128_si32(low))), at(_mm_cvtsi128_si32(high)), 1);
  const __m256d odd =
      _mm256_insertf128_pd(_mm256_castpd128_pd256(at(_mm_extract_epi32(low, 2))), at(_mm_extract_epi32(high, 2)), 1);
  return {reinterpret_cast<Vector<double>>(_mm256_unpacklo_pd(even, odd)),
          reinterpret_cast<Vector<double>>(_mm256_unpackhi_pd(even, odd))};
#else
  TailAndDensity found{};
  for (unsigned lane = 0; lane < sizeof(row) / sizeof(row[0]); ++lane) {
    const NormalTable::Row& r = normal_table().rows[static_cast<std::uint32_t>(row[lane])];
    found.tail[lane] = r.tail;
    found.density[lane] = r.density;
  }
  return found;
#endif
}

/// The same within 1.5 * 2^-53, 0 <= x <= 8.5: Taylor's series about the nearest multiple of 1/128, whose terms are
/// Hermite's polynomials. As erf in Arm's Optimized Routines, but for the distribution.
inline Vector<double> normal_tail(Vector<double> x) {
  using V = Vector<double>;
  const V rounder = V{} + Format<double>::kRounder * NormalTable::kStep;
  const V rounded = x + rounder, a = rounded - rounder, d = x - a, square = a * a;
  const TailAndDensity at = look_up(reinterpret_cast<Bits<double>>(rounded));
  const V c3 = multiply_add(square, V{} + 1.0 / 6, V{} - 1.0 / 6);
  const V c4 = a * multiply_add(square, V{} - 1.0 / 24, V{} + 3.0 / 24);
  constexpr double kFifth[] = {3.0 / 120, -6.0 / 120, 1.0 / 120};
  const V series = multiply_add(multiply_add(multiply_add(polynomial(square, kFifth), d, c4), d, c3), d, a * -0.5);
  const V step = d * at.density;
  return at.tail - multiply_add(step * d, series, step);
}

/// The normal distribution: the share below x. The error is that of the tail, beside 1.
template <class T>
inline Vector<T> normal(Vector<T> x) {
  const Vector<T> tail = normal_tail(magnitude<T>(x, sizeof(T) == 4 ? T(6) : T(NormalTable::kLast)));
  return choose(is_negative<T>(x), tail, 1 - tail);
}

/// Prices of calls for a year with the price 4*x and the strike y, into x, as in the row. Step by step for all vectors,
/// so that each step's chain of operations is done for several at once.
template <class T, int kCount>
inline void prices(Vector<T> (&x)[kCount], const Vector<T> (&y)[kCount]) {
  constexpr double kRate = 0.0625, kVolatility = 0.5, kDrift = kRate + kVolatility * kVolatility / 2;
  constexpr double kDiscount = 0x1.e0fabfbc702a4p-1;  // exp(-kRate)
  Vector<T> d[kCount];
  for (int k = 0; k < kCount; ++k) x[k] *= 4;
  for (int k = 0; k < kCount; ++k) d[k] = log_of_quotient<T>(x[k], y[k]) * T(1 / kVolatility) + T(kDrift / kVolatility);
  for (int k = 0; k < kCount; ++k) x[k] *= normal<T>(d[k]);
  for (int k = 0; k < kCount; ++k) d[k] = normal<T>(d[k] - T(kVolatility));
  for (int k = 0; k < kCount; ++k) x[k] -= y[k] * T(kDiscount) * d[k];
}

}  // namespace
}  // namespace lockstep::bench
