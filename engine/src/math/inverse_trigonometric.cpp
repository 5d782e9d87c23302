// asin, acos, atan, atan2: an angle below 1/2 by a polynomial, added to or taken from pi, pi/2, pi/4 or atan(1/2).
#include "floats.hpp"
#include "functions.hpp"

namespace lockstep::math {
namespace {

/// base + angle, or base - angle where `minus` holds: rounded once. base is 0 or not less than the angle.
Number combine(const Pair& base, const Pair& angle, const Number& minus) {
  const Pair total = fast_two_sum(base.hi, negate_if(minus, angle.hi));
  return total.hi + (total.lo + (base.lo + negate_if(minus, angle.lo)));
}

Pair constant(const Number& like, const Split& c) { return {high(like, c), low(like, c)}; }
Pair zero(const Number& like) { return {like.like(0), like.like(0)}; }

/// atan(a/b) for 0 <= a <= b, b from 2^-60 to 2^60 or so, in two words: atan(c) + atan((a - c b) / (b + c a)) for c of
/// 0, 1/2 and 1. For these c both sums are exact in what is written.
Pair arc(const Number& a, const Number& b) {
  const Number low = a < b * 0.25, middle = a < b * 0.71875;
  const Number cb = select(low, 0, select(middle, b * 0.5, b));
  const Number ca = select(low, 0, select(middle, a * 0.5, a));
  const Pair t = quotient_pair({a - cb, a.like(0)}, fast_two_sum(b, ca));
  const Number z = t.hi * t.hi;
  const Pair base = choose(low, zero(a), choose(middle, constant(a, kAtanOfHalf), constant(a, kQuarterPi)));
  const Pair total = fast_two_sum(base.hi, t.hi);
  return {total.hi, total.lo + (base.lo + fma(t.hi * z, polynomial(z, kAtan), t.lo))};
}

/// asin of x below 1/2, or half of acos of a larger one: the square root of (1 - x)/2 stands for it.
struct Arcsine {
  Number large;
  Pair angle;
};
Arcsine arcsine(const Number& magnitude) {
  const Number large = magnitude > 0.5;
  const Number z = select(large, fma(magnitude, -0.5, 0.5), magnitude * magnitude);
  const Number root = sqrt(z);
  // What the root lacks; a root of 0 lacks nothing.
  const Number rest = fma(-root, root, z) / (root + root + by_type(z, 0x1p-100, 0x1p-1000));
  const Number s = select(large, root, magnitude);
  return {large, {s, fma(s * z, polynomial(z, kAsin), select(large, rest, 0))}};
}

}  // namespace

Number asin(const Number& x) {
  const Arcsine a = arcsine(abs(x));
  const Number factor = select(a.large, x.like(2), 1);
  const Pair base = choose(a.large, constant(x, kHalfPi), zero(x));
  return flip_sign(combine(base, {a.angle.hi * factor, a.angle.lo * factor}, a.large), sign_of(x));
}

Number acos(const Number& x) {
  const Arcsine a = arcsine(abs(x));
  const Number negative = x < 0;
  const Number factor = select(a.large, x.like(2), 1);
  const Pair base = choose(a.large, choose(negative, constant(x, kPi), zero(x)), constant(x, kHalfPi));
  return combine(base, {a.angle.hi * factor, a.angle.lo * factor}, ~(negative ^ a.large));
}

Number atan(const Number& x) {
  const Number magnitude = abs(x);
  const Number large = magnitude > 1;
  // Beyond, the result is pi/2 to all digits.
  const Number bounded = at_most(magnitude, x.is_f32() ? 0x1p40 : 0x1p70);
  const Pair a = arc(select(large, 1, bounded), select(large, bounded, 1));
  return flip_sign(combine(choose(large, constant(x, kHalfPi), zero(x)), a, large), sign_of(x));
}

Number atan2(const Number& y, const Number& x) {
  const Number rise = abs(y), run = abs(x);
  const Number steep = run < rise;
  const Number a = select(steep, run, rise), b = select(steep, rise, run);
  // Brings b to 1..2, from a subnormal one and from infinity near to it; of two infinities or zeros both stand for 1 or
  // 0.
  const Layout l = layout(x);
  const Number infinite = b.like_bits((std::uint64_t{2} * l.bias + 1) << l.digits);
  const Number exponent = to_signed_bits(b) >> l.digits;
  const Number bounded = select(exponent > 2 * l.bias - 1, exponent.like(2 * l.bias - 1),
                                select(exponent < 1, exponent.like(1), exponent));
  const Number factor = power_of_two(l.bias - bounded, x.type());
  const Number both = a == infinite;
  const Number none = b == 0;
  const Number ratio_a = select(both, 1, select(b == infinite, 0, a * factor));
  const Number ratio_b = select(both | none | (b == infinite), 1, b * factor);
  const Pair angle = arc(ratio_a, ratio_b);
  const Number left = bitcast(to_bits(x), l.signed_bits) < 0;
  const Pair base = choose(steep, constant(x, kHalfPi), choose(left, constant(x, kPi), zero(x)));
  const Number minus = steep ^ left;
  const Number rounded = combine(base, angle, minus);
  // A small angle beside the positive x axis is the ratio, which may be subnormal.
  const Number plain = ~steep & ~left & ~both & ~none & (ratio_a < ratio_b * by_type(x, 0x1p-14, 0x1p-28));
  return flip_sign(select((x == x) & (y == y), select(plain, rise / run, rounded), x + y), sign_of(y));
}

}  // namespace lockstep::math
