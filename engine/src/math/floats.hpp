#pragma once

#include "coefficients.hpp"
#include "number.hpp"

// What the functions share: the layout of floats, sums and products of two words, polynomials.

namespace lockstep::math {

/// How a float type is laid out.
struct Layout {
  DType unsigned_bits, signed_bits;
  int digits;  ///< stored bits of the significand
  int bias;

  std::uint64_t sign_bit() const { return std::uint64_t{1} << (digits == 23 ? 31 : 63); }
};
inline Layout layout(const Number& x) {
  return x.is_f32() ? Layout{DType::u32, DType::i32, 23, 127} : Layout{DType::u64, DType::i64, 52, 1023};
}

/// A constant that depends on the type.
inline Number by_type(const Number& like, double f32, double f64) { return like.like(like.is_f32() ? f32 : f64); }

/// Adding it rounds a float to a whole number, whose bits are then the lowest ones.
inline Number rounding_constant(const Number& like) { return by_type(like, 0x1.8p23, 0x1.8p52); }

inline Number to_bits(const Number& x) { return bitcast(x, layout(x).unsigned_bits); }
inline Number to_signed_bits(const Number& x) { return bitcast(x, layout(x).signed_bits); }
inline Number sign_mask(const Number& bits) {
  return bits.like_bits(std::uint64_t{1} << (bits.type() == DType::u32 ? 31 : 63));
}
/// The sign bit of x alone, as bits.
inline Number sign_of(const Number& x) { return to_bits(x) & sign_mask(to_bits(x)); }
/// x with its sign flipped where `sign` (as sign_of gives it) is set.
inline Number flip_sign(const Number& x, const Number& sign) { return bitcast(to_bits(x) ^ sign, x.type()); }
/// -x where the condition holds. Flips the sign of a zero too.
inline Number negate_if(const Number& condition, const Number& x) { return select(condition, -x, x); }

/// 2^k as a float of type `type`, for a whole k (of its signed bits) that gives a normal number.
Number power_of_two(const Number& k, DType type);
/// y * 2^k for any k from twice the least to twice the greatest exponent, rounded at most once beyond y.
Number scale(const Number& y, const Number& k);

/// x, but not above the bound, or not outside both; NaN stays.
Number at_most(const Number& x, double high);
Number clamp(const Number& x, double low, double high);

/// An unevaluated sum, |lo| small beside |hi|.
struct Pair {
  Number hi, lo;
};

/// a + b exactly, if |a| >= |b| or a is 0.
Pair fast_two_sum(const Number& a, const Number& b);
/// a + b exactly.
Pair two_sum(const Number& a, const Number& b);
/// The same sum with a second word of at most half an ulp of the first.
inline Pair normalized(const Pair& a) { return fast_two_sum(a.hi, a.lo); }
/// Is it the constant +0?
bool is_zero(const Number& a);
/// a + b, without an operation where one is the constant 0.
Number plus(const Number& a, const Number& b);
/// a * b exactly, but for underflow.
Pair two_product(const Number& a, const Number& b);
Pair multiply(const Pair& a, const Pair& b);
/// A pair times a constant given as a pair.
Pair multiply(const Pair& a, const Split& constant);
/// The quotient of pairs, rounded once; see quotient_pair for its two words.
Pair quotient_pair(const Pair& a, const Pair& b);
inline Number sum(const Pair& a) { return a.hi + a.lo; }
inline Pair choose(const Number& condition, const Pair& a, const Pair& b) {
  return {select(condition, a.hi, b.hi), select(condition, a.lo, b.lo)};
}

inline Number high(const Number& like, const Split& c) { return by_type(like, c.f32_high, c.f64_high); }
inline Number low(const Number& like, const Split& c) { return by_type(like, c.f32_low, c.f64_low); }

/// The coefficients for the type of x, of every step-th power from the first given.
std::span<const double> coefficients(const Number& x, const Table& table);
/// c[first] + c[first+step] x + c[first+2 step] x^2 + ..., by Horner's rule with fma.
Number polynomial(const Number& x, const Table& table, std::size_t first = 0, std::size_t step = 1);
/// The polynomial of every power, of which the even and the odd ones are summed by themselves in `square` = x*x: each
/// operation waits for the one before, and two chains take half the time of one.
Number polynomial_by_halves(const Number& x, const Number& square, const Table& table, std::size_t first = 0);

}  // namespace lockstep::math
