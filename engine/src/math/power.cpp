// pow, rsqrt, cbrt, hypot.
#include <limits>

#include "exponential.hpp"
#include "functions.hpp"
#include "logarithm.hpp"

namespace lockstep::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// log2 of a positive finite x to about 68 digits (39 in f32), as a pair.
Pair exact_log2(const Number& x) {
  const Decomposed d = decompose(x);
  const Pair scaled = multiply(exact_log_reduced({d.m - 1, x.like(0)}), kLog2E);
  const Pair total = fast_two_sum(cast(d.k, x.type()), scaled.hi);
  return fast_two_sum(total.hi, total.lo + scaled.lo);
}

/// Is a number that is not negative whole? One from 2^52 (2^23) on is even, and counts as that bound.
Number is_whole(const Number& magnitude) {
  const double bound = magnitude.is_f32() ? 0x1p23 : 0x1p52;
  const Number bounded = at_most(magnitude, bound);
  return (bounded + bound) - bound == bounded;
}

}  // namespace

Number power(const Number& x, const Number& y) {
  const Number base = abs(x), exponent = abs(y);
  const Pair log = exact_log2(base);
  const Number inside = (base > 0) & (base < kInfinity);
  const Number log_high = select(inside, log.hi, select(base == 0, x.like(-kInfinity), base));
  const Number product = y * log_high;
  // Out of range, where the second word may be NaN, the first one alone decides.
  const Number bounded = clamp_binary_exponent(product);
  const Number low = fma(y, log.lo, fma(y, log_high, -product));
  const ReducedExponent e = reduce_binary_exponent({bounded, select(bounded == product, low, 0)});
  const Number magnitude = scale(sum(exp_reduced(e.r)), e.k);

  const Number whole = is_whole(exponent);
  const Number odd = whole & ~is_whole(exponent * 0.5);
  const Number undefined = (x < 0) & (base < kInfinity) & ~whole;
  const Number sign = select(odd, sign_of(x), 0);
  const Number result = select(undefined, x.like(kNaN), flip_sign(magnitude, sign));
  const Number one = (y == 0) | (x == 1) | ((base == 1) & (exponent == kInfinity));
  return select(one, 1, result);
}

Number rsqrt(const Number& x) {
  const Number y = 1 / sqrt(x);
  // One step of Newton's iteration with an exact rest: y + y (1 - x y^2) / 2.
  const Pair product = two_product(x, y);
  const Number rest = fma(-product.hi, y, 1) - product.lo * y;
  const Number result = fma(y * rest, 0.5, y);
  return select((x == 0) | (x == kInfinity), y, result);
}

Number cbrt(const Number& x) {
  const Layout l = layout(x);
  const Number magnitude = abs(x);
  const Number subnormal = magnitude < by_type(x, 0x1p-126, 0x1p-1022);
  // 2^24 and 2^54 are cubes.
  const double up = x.is_f32() ? 24 : 54;
  const Number bits = to_signed_bits(select(subnormal, magnitude * by_type(x, 0x1p24, 0x1p54), magnitude));
  // With 3 * 2^10 (or less) added to the exponent it is positive, and n / 3 is a product: exact for n below 2^14.
  const Number n = (bits >> l.digits) - l.bias + 3072;
  const Number third = (n * 21846) >> 16;
  const Number left = n - third * 3;
  const Number m = bitcast((bits & bits.like_bits((std::uint64_t{1} << l.digits) - 1)) |
                               bits.like_bits(static_cast<std::uint64_t>(l.bias) << l.digits),
                           x.type());
  // r = m^(-1/3) to begin with, then better by the series of (1 - d)^(-1/3).
  const Number cubed = m * power_of_two(left, x.type());
  const Number root = select(left == 0, x.like(1), select(left == 1, x.like(0x1.965feap-1), x.like(0x1.428a3p-1)));
  const Number r = polynomial(m, kCbrt) * root;
  const Number d = fma(-(cubed * r), r * r, 1);
  const Number series = fma(fma(d, 14. / 81, 2. / 9), d, 1. / 3);
  const Number better = fma(r * d, series, r);
  // y = m r^2, then one step with an exact rest.
  const Number y = cubed * better * better;
  const Pair square = two_product(y, y);
  const Number rest = fma(-square.hi, y, cubed) - square.lo * y;
  const Number result = fma(rest * (1. / 3), better * better, y);
  const Number k = third - 1024 - select(subnormal, third.like(up / 3), 0);
  const Number scaled = flip_sign(result * power_of_two(k, x.type()), sign_of(x));
  return select((magnitude > 0) & (magnitude < kInfinity), scaled, x);
}

Number hypot(const Number& x, const Number& y) {
  const Number ax = abs(x), ay = abs(y);
  const Number less = ax < ay;
  const Number a = select(less, ay, ax), b = select(less, ax, ay);
  // Brings a to 1..2, or a little below or above where it is subnormal or next to infinity.
  const Layout l = layout(x);
  const Number exponent = to_signed_bits(a) >> l.digits;
  const Number bounded = select(exponent < 2, exponent.like(2), exponent);
  const Number k = l.bias - select(bounded > 2 * l.bias - 1, bounded.like(2 * l.bias - 1), bounded);
  const Number factor = power_of_two(k, x.type());
  const Number p = a * factor, q = b * factor;
  const Pair p2 = two_product(p, p), q2 = two_product(q, q);
  const Pair total = fast_two_sum(p2.hi, q2.hi);
  const Number s = sqrt(total.hi);
  const Number rest = fma(-s, s, total.hi) + (total.lo + (p2.lo + q2.lo));
  const Number root = s + select(s == 0, 0, rest / (s + s));
  const Number result = root * power_of_two(-k, x.type());
  const Number infinite = (ax == kInfinity) | (ay == kInfinity);
  return select(infinite, x.like(kInfinity), result);
}

}  // namespace lockstep::math
