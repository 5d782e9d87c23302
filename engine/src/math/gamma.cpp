// lgamma, tgamma: log(gamma(x)) in two words; tgamma is its exponential. Near 2 a polynomial, from 6.5 on Stirling's
// series, between them the recurrence, below 0 the reflection.
#include <limits>

#include "exponential.hpp"
#include "functions.hpp"
#include "logarithm.hpp"
#include "special_coefficients.hpp"
#include "trigonometric.hpp"

namespace lockstep::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kSeriesFrom = 6.5;

Pair add(const Pair& a, const Pair& b) {
  const Pair total = two_sum(a.hi, b.hi);
  return {total.hi, total.lo + plus(a.lo, b.lo)};
}

/// The nearest whole number to one that is not negative; from 2^52 (2^23) on, that bound.
Number nearest(const Number& y) {
  const Number big = by_type(y, 0x1p23, 0x1p52);
  return (at_most(y, y.is_f32() ? 0x1p23 : 0x1p52) + big) - big;
}

/// The product of the steps of the recurrence from y to n, the whole number nearest to it, below 6.5: y (y + 1) to 1,
/// y to 2 and (y - 1) ... (y - n + 2) from 2. The differences are exact.
Pair steps_to_two(const Number& y, const Number& n) {
  const auto factor = [&](int i) { return select(n > i + 1, y - i, 1); };
  const Pair above = multiply(two_product(factor(1), factor(2)), two_product(factor(3), factor(4)));
  const Pair square = two_product(y, y);
  const Pair both = fast_two_sum(y, square.hi);
  const Pair below{select(n == 0, both.hi, y), select(n == 0, both.lo + square.lo, 0)};
  return choose(n < 2, below, above);
}

/// log(gamma(2 + t)) for abs(t) <= 1/2: the first three terms in two words, as results near 1/8 need.
Pair log_gamma_near_two(const Number& t) {
  const Pair third = fast_two_sum(t.like(coefficients(t, kGammaNearTwo)[0]), t * polynomial(t, kGammaNearTwo, 1));
  Pair second = two_product(t, third.hi);
  second.lo = fma(t, third.lo, second.lo);
  const Pair first = fast_two_sum(high(t, kOneLessEuler), second.hi);
  Pair whole = two_product(t, first.hi);
  whole.lo = fma(t, first.lo + (second.lo + low(t, kOneLessEuler)), whole.lo);
  return whole;
}

/// log(gamma(y)) of y > 0.
Pair log_gamma(const Number& y) {
  const Number series = y >= kSeriesFrom;
  const Number n = nearest(at_most(y, 7));
  const Pair steps = steps_to_two(select(series, 1, y), n);
  const Pair log = log_pair(choose(series, {y, y.like(0)}, steps));

  const Pair near = log_gamma_near_two(select(series, 0, y - n));
  const Pair recurred = add({negate_if(n < 2, log.hi), negate_if(n < 2, log.lo)}, near);

  const Pair log_less_one = fast_two_sum(log.hi, y.like(-1));
  const Pair product = multiply(fast_two_sum(y, y.like(-0.5)), {log_less_one.hi, log_less_one.lo + log.lo});
  const Number inverse = 1 / y;
  const Number rest = fma(polynomial(inverse * inverse, kStirling), inverse, low(y, kStirlingConstant));
  const Pair stirling = add(product, {high(y, kStirlingConstant), rest});
  const Number infinite = series & ~(product.hi < kInfinity);  // or NaN: infinity less infinity
  return {select(infinite, y.like(kInfinity), select(series, stirling.hi, recurred.hi)),
          select(infinite, 0, select(series, stirling.lo, recurred.lo))};
}

/// What lgamma and tgamma share.
struct Gamma {
  Pair log;      ///< of the magnitude
  Number tiny;   ///< gamma(x) is 1 / x to all digits
  Number pole;   ///< a negative whole number
  Number minus;  ///< the sign of gamma(x), where it is neither tiny nor a pole
};

Gamma gamma_of(const Number& x) {
  const Number y = abs(x);
  const Number tiny = y < by_type(x, 0x1p-30, 0x1p-60);
  const Pair positive = log_gamma(y);
  // gamma(-y) = -pi / (y sin(pi y) gamma(y)), with the sine of the distance to the nearest whole number.
  const Number n = nearest(y);
  const Number r = select(y >= by_type(x, 0x1p23, 0x1p52), 0, y - n);
  const Number distance = abs(r);
  const Number far = distance > 0.25;
  const Number turned = select(far, 0.5 - distance, distance);
  Pair angle = two_product(turned, high(x, kPi));
  angle.lo = fma(turned, low(x, kPi), angle.lo);
  const Pair chosen = choose(far, cosine(angle), sine(angle));
  const Pair log_sine = log_pair(multiply({y, x.like(0)}, normalized(chosen)));
  const Pair below = add({high(x, kLogPi), low(x, kLogPi)}, {-log_sine.hi, -log_sine.lo});
  const Pair reflected = add(below, {-positive.hi, -positive.lo});

  const Number negative = x < 0;
  const Number half = n * 0.5;
  const Number n_is_odd = nearest(half) != half;
  // Between -1 and 0 it is negative, between -2 and -1 positive, and so on: n is above or below y.
  return {choose(negative & ~tiny, reflected, positive), tiny, negative & (r == 0), negative & (n_is_odd ^ (r >= 0))};
}

}  // namespace

Number lgamma(const Number& x) {
  const Gamma g = gamma_of(x);
  const Number infinite = (x == 0) | g.pole | (abs(x) == kInfinity);
  return select(infinite, x.like(kInfinity), select(x == x, sum(g.log), x));
}

Number tgamma(const Number& x) {
  const Gamma g = gamma_of(x);
  const Number bounded = clamp_exponent(g.log.hi);
  const ReducedExponent e = reduce_exponent(Pair{bounded, select(bounded == g.log.hi, g.log.lo, 0)});
  const Number magnitude = scale(sum(exp_reduced(e.r)), e.k);
  const Number signed_value = negate_if(g.minus, magnitude);
  const Number undefined = g.pole | (x == -kInfinity) | (x != x);
  return select(undefined, x.like(kNaN), select(g.tiny, 1 / x, signed_value));
}

}  // namespace lockstep::math
