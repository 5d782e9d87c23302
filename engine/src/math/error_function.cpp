// erf: polynomials below 17/16 and, times exp(-x^2), beyond. erfc: a polynomial below 1/2; from there on
// exp(-x^2) p((x - a) / (x + a)) / (2 + 3x).
#include "exponential.hpp"
#include "functions.hpp"
#include "special_coefficients.hpp"

namespace lockstep::math {
namespace {

/// erf(x) for 0 <= x < 1/2, in two words.
Pair near_zero(const Number& x) {
  const Number z = x * x;
  const Pair linear = two_product(x, high(x, kTwoOverSqrtPi));
  return {linear.hi, fma(x * z, polynomial(z, kErf), fma(x, low(x, kTwoOverSqrtPi), linear.lo))};
}

/// erfc(x) = 2^k (hi + lo) for x >= 1/2.
struct Complement {
  Pair value;
  Number k;
};
Complement complement(const Number& x) {
  // The polynomial from its third coefficient; the first two are the words of c0.
  const double a = x.is_f32() ? 2 : 4;
  const Number t = (x - a) / (x + a);
  const std::span<const double> c = coefficients(x, kErfc);
  const Pair p = fast_two_sum(x.like(c[1]), t * polynomial(t, kErfc, 2));
  // Exact in two words: what 2 + 3x lacks, since the sum less 2 is.
  const Number below = fma(x, 3, 2);
  const Pair quotient = quotient_pair({p.hi, p.lo + c[0]}, {below, fma(x, 3, 2 - below)});
  const Pair square = two_product(x, x);
  const ReducedExponent e = reduce_exponent(Pair{-square.hi, -square.lo});
  const Pair power = normalized(exp_reduced(e.r));
  const Pair product = two_product(power.hi, quotient.hi);
  return {{product.hi, fma(power.hi, quotient.lo, fma(power.lo, quotient.hi, product.lo))}, e.k};
}

/// value * 2^k, to take from 2, where the smallest no longer count.
Pair scaled(const Complement& c, const Number& k) {
  const Number factor = power_of_two(select(k < -100, k.like(-100), k), c.value.hi.type());
  return {c.value.hi * factor, c.value.lo * factor};
}

/// base + value, or base - value where `minus` holds.
Number combine(const Number& base, const Pair& value, const Number& minus) {
  const Pair total = fast_two_sum(base, negate_if(minus, value.hi));
  return total.hi + (total.lo + negate_if(minus, value.lo));
}

/// From here on erfc is 0.
Number bounded(const Number& x) { return at_most(x, x.is_f32() ? 10.25 : 27.375); }

}  // namespace

Number erf(const Number& x) {
  const Number z = x * x, magnitude = abs(x);
  const Number from_middle = z - 0.5;
  const Number near = fma(x, polynomial_by_halves(from_middle, from_middle * from_middle, kErfNear), x);
  // From here on it is 1. What is taken from 1 is below 1/7 and need not be exact to the ulp.
  const double one = x.is_f32() ? 4 : 6;
  const Number never_nan = select(magnitude < one, magnitude, one);
  const Number t = at_most(magnitude, one) - 1.5;
  const Number complement = exp_of_moderate(-never_nan * never_nan) * polynomial_by_halves(t, t * t, kErfFar);
  return select(magnitude < 1.0625, near, negate_if(x < 0, 1 - complement));
}

Number erfc(const Number& x) {
  const Number magnitude = abs(x), negative = x < 0;
  const Number small = magnitude < 0.5;
  const Pair near = near_zero(magnitude);
  const Complement c = complement(bounded(magnitude));
  const Pair far = scaled(c, select(negative, c.k, 0));
  const Pair value{select(small, near.hi, far.hi), select(small, near.lo, far.lo)};
  const Number base = select(small, x.like(1), select(negative, x.like(2), 0));
  return scale(combine(base, value, small ^ negative), select(small | negative, c.k.like(0), c.k));
}

}  // namespace lockstep::math
