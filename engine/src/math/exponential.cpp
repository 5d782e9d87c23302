// exp, exp2, expm1, sigmoid. x = k ln(2) + r; the polynomial of r in docs/math/coefficients.sollya; times 2^k.
#include "exponential.hpp"

#include "functions.hpp"

namespace lockstep::math {
namespace {

/// Adding it rounds a float to a whole number, whose bits are then the lowest ones.
Number rounding_constant(const Number& like) { return by_type(like, 0x1.8p23, 0x1.8p52); }

struct Whole {
  Number value;  ///< as a float
  Number k;      ///< as an integer
};
Whole nearest_whole(const Number& shifted) {
  const Number big = rounding_constant(shifted);
  return {shifted - big, to_signed_bits(shifted) - to_signed_bits(big)};
}

}  // namespace

Number clamp_exponent(const Number& x) { return x.is_f32() ? clamp(x, -105, 90) : clamp(x, -746, 711); }
Number clamp_binary_exponent(const Number& x) { return x.is_f32() ? clamp(x, -151, 129) : clamp(x, -1076, 1025); }

ReducedExponent reduce_exponent(const Number& x) {
  const Whole n = nearest_whole(fma(x, high(x, kLog2E), rounding_constant(x)));
  // Exact: the first part of ln(2) has 41 digits (15 in f32), and what is left has no more than x.
  const Number most = fma(n.value, -high(x, kLn2), x);
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

Number exp(const Number& x) {
  const ReducedExponent e = reduce_exponent(clamp_exponent(x));
  return scale(sum(exp_reduced(e.r)), e.k);
}

Number exp2(const Number& x) {
  const Number bounded = clamp_binary_exponent(x);
  const Whole n = nearest_whole(bounded + rounding_constant(x));
  const Number r = bounded - n.value;
  const Pair product = two_product(r, high(x, kLn2Full));
  return scale(sum(exp_reduced({product.hi, fma(r, low(x, kLn2Full), product.lo)})), n.k);
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
