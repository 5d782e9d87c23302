// exp, exp2, expm1, sigmoid. x = k ln(2) + r; the polynomial of r in docs/math/coefficients.sollya; times 2^k.
#include "exponential.hpp"

#include "functions.hpp"

namespace lockstep::math {
namespace {

struct Whole {
  Number value;  ///< as a float
  Number k;      ///< as an integer
};
Whole nearest_whole(const Number& shifted) {
  const Number big = rounding_constant(shifted);
  return {shifted - big, to_signed_bits(shifted) - to_signed_bits(big)};
}

/// The nearest whole number to x / ln(2).
Whole quotient_by_ln2(const Number& x) { return nearest_whole(fma(x, high(x, kLog2E), rounding_constant(x))); }
/// x less n times the first part of ln(2). Exact: that has 41 digits (15 in f32), and what is left no more than x.
Number less_most(const Number& x, const Whole& n) { return fma(n.value, -high(x, kLn2), x); }

/// Never NaN.
Number within(const Number& x, double low, double high) {
  const Number bounded = select(x < high, x, high);
  return select(bounded > low, bounded, low);
}

/// e^(hi + lo), rounded once beyond one word.
Number exp_near_one(const Number& hi, const Number& lo) {
  const Pair one_more = fast_two_sum(hi.like(1), hi);
  const Number square = hi * hi;
  return one_more.hi + fma(square, polynomial_by_halves(hi, square, kExp), plus(one_more.lo, lo));
}

/// y 2^k of a y near 1, if it is a normal number.
Number scale_normal(const Number& y, const Number& k) {
  return bitcast(to_signed_bits(y) + (k << layout(y).digits), y.type());
}

/// y 2^k of a y near 1. It is normal where abs(x) is below `usual`; where x is NaN it is NaN.
Number power_of(const Number& x, const Number& usual, const Number& y, const Number& k) {
  const Number normal = scale_normal(y, k), any = select(x == x, scale(y, k), x);
  return select(abs(x) < usual, normal, any);
}

}  // namespace

Number clamp_exponent(const Number& x) { return x.is_f32() ? clamp(x, -105, 90) : clamp(x, -746, 711); }
Number clamp_binary_exponent(const Number& x) { return x.is_f32() ? clamp(x, -151, 129) : clamp(x, -1076, 1025); }

ReducedExponent reduce_exponent(const Number& x) {
  const Whole n = quotient_by_ln2(x);
  const Number most = less_most(x, n);
  const Number hi = fma(n.value, -low(x, kLn2), most);
  return {n.k, {hi, fma(n.value, -low(x, kLn2), most - hi)}};
}

ReducedExponent reduce_exponent(const Pair& x) {
  const ReducedExponent first = reduce_exponent(x.hi);
  return {first.k, two_sum(first.r.hi, first.r.lo + x.lo)};
}

ReducedExponent reduce_binary_exponent(const Pair& x) {
  const Whole n = nearest_whole(x.hi + rounding_constant(x.hi));
  return {n.k, multiply(two_sum(x.hi - n.value, x.lo), kLn2Full)};
}

Pair expm1_reduced(const Pair& r) {
  const Number curved = r.hi * r.hi * polynomial(r.hi, kExp);
  return {r.hi, fma(r.lo, 1 + r.hi, curved)};
}

Pair exp_reduced(const Pair& r) {
  const Pair p = expm1_reduced(r);
  const Pair one_more = fast_two_sum(r.hi.like(1), p.hi);
  return {one_more.hi, one_more.lo + p.lo};
}

Number exp_of_moderate(const Number& x) {
  const Whole n = quotient_by_ln2(x);
  const Number r = fma(n.value, -low(x, kLn2), less_most(x, n));
  return scale_normal(exp_near_one(r, x.like(0)), n.k);
}

Number exp(const Number& x) {
  const Number bounded = x.is_f32() ? within(x, -105, 90) : within(x, -746, 711);
  const Whole n = quotient_by_ln2(bounded);
  const Number r = fma(n.value, -low(x, kLn2), less_most(bounded, n));
  return power_of(x, by_type(x, 87, 708), exp_near_one(r, x.like(0)), n.k);
}

Number exp2(const Number& x) {
  const Number bounded = x.is_f32() ? within(x, -151, 129) : within(x, -1076, 1025);
  const Whole n = nearest_whole(bounded + rounding_constant(x));
  const Number r = bounded - n.value;
  const Pair product = two_product(r, high(x, kLn2Full));
  const Number y = exp_near_one(product.hi, fma(r, low(x, kLn2Full), product.lo));
  return power_of(x, by_type(x, 126, 1022), y, n.k);
}

Number expm1(const Number& x) {
  // Below, the result is -1 to all digits.
  const Number bounded = x.is_f32() ? clamp(x, -20, 90) : clamp(x, -40, 711);
  const ReducedExponent e = reduce_exponent(bounded);
  const Pair p = expm1_reduced(e.r);
  // 2^k ((1 - 2^-k) + p). From k = 64 on 2^-k no longer counts, but must stay a normal number.
  const Number most = select(e.k < 64, e.k, e.k.like(64));
  const Number fraction = power_of_two(-most, x.type());
  const Pair whole = two_sum(x.like(1), -fraction);
  const Pair total = fast_two_sum(whole.hi, p.hi);
  const Number y = scale(total.hi + (total.lo + (p.lo + whole.lo)), e.k);
  // Keeps -0 and subnormals.
  return select(abs(x) < by_type(x, 0x1p-26, 0x1p-55), x, y);
}

Number sigmoid(const Number& x) {
  const ReducedExponent e = reduce_exponent(clamp_exponent(-abs(x)));
  const Pair exponential = normalized(exp_reduced(e.r));
  // e^-|x| to add to 1, where a subnormal one would not count.
  const double least = x.is_f32() ? -100 : -1000;
  const Number factor = power_of_two(select(e.k < least, e.k.like(least), e.k), x.type());
  const Pair below = fast_two_sum(x.like(1), exponential.hi * factor);
  const Number negative = x < 0;
  const Pair numerator{select(negative, exponential.hi, 1), select(negative, exponential.lo, 0)};
  const Pair quotient = quotient_pair(numerator, {below.hi, fma(exponential.lo, factor, below.lo)});
  return scale(sum(quotient), select(negative, e.k, 0));
}

}  // namespace lockstep::math
