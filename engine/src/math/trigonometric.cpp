// sin, cos, tan: the angle less a whole number of quadrants, in two words; polynomials of the rest.
#include "trigonometric.hpp"

#include "functions.hpp"
#include "quadrant.hpp"

namespace lockstep::math {
Pair sine(const Pair& r) {
  const Number z = r.hi * r.hi;
  const Number curved = z * polynomial(z, kSin);
  // sin(hi + lo) = sin(hi) + lo cos(hi)
  return {r.hi, fma(r.hi, curved, fma(r.lo * z, -0.5, r.lo))};
}
Pair cosine(const Pair& r) {
  const Pair square = two_product(r.hi, r.hi);
  const Number half = square.hi * 0.5;
  const Number most = 1 - half;
  const Number rounded = (1 - most) - half;
  const Number small = fma(square.hi * square.hi, polynomial(square.hi, kCos), square.lo * -0.5);
  return {most, rounded + fma(-r.hi, r.lo, small)};
}

namespace {

/// The sine of `quadrant` quarter turns and r, with its sign flipped where `sign` is.
Number sine_of(const Quadrant& q, const Number& quadrant, const Number& sign) {
  const Number odd = cast(quadrant & 1, DType::boolean);
  const Pair s = sine(q.r), c = cosine(q.r);
  const Number y = select(odd, c.hi, s.hi) + select(odd, c.lo, s.lo);
  const int width = y.is_f32() ? 32 : 64;
  return flip_sign(y, ((quadrant >> 1) << (width - 1)) ^ sign);
}

}  // namespace

Number sin(const Number& x) {
  const Quadrant q = reduce_angle(x);
  return sine_of(q, q.quadrant, sign_of(x));
}

Number cos(const Number& x) {
  const Quadrant q = reduce_angle(x);
  return sine_of(q, q.quadrant + 1, to_bits(x).like(0));
}

Number tan(const Number& x) {
  const Quadrant q = reduce_angle(x);
  const Number odd = cast(q.quadrant & 1, DType::boolean);
  const Pair s = sine(q.r), c = cosine(q.r);
  const Pair numerator = fast_two_sum(select(odd, c.hi, s.hi), select(odd, c.lo, s.lo));
  const Pair denominator = fast_two_sum(select(odd, s.hi, c.hi), select(odd, s.lo, c.lo));
  const Number y = sum(quotient_pair(numerator, denominator));
  // An odd quadrant changes the sign: tan(a + pi/2) = -cos(a) / sin(a).
  return flip_sign(negate_if(odd, y), sign_of(x));
}

}  // namespace lockstep::math
