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

/// The sine of |r| <= pi/2. r - r^3/8 and its rounding are exact, so that only a small part of the sum is rounded
/// twice.
Number sine_of_half_turn(const Pair& r) {
  const Number& h = r.hi;
  const Number square = h * h;
  const Number cube = square * h;
  const Number lost = fma(h, fma(h, h, -square), fma(h, square, -cube));  // in the roundings of the two
  const Number most = fma(cube, -0.125, h);
  const Number rest = fma(cube, -0.125, h - most);
  const Number cosine = fma(square, -0.405, 1);  // to two digits, for the low word
  const Number curved = polynomial_by_halves(square, square * square, kHalfTurnSin);
  return most + fma(cube, curved, fma(lost, -0.15, fma(r.lo, cosine, rest)));
}

/// `count` half turns and r.
Number sine_of(const Turned& turned, const Number& sign) {
  const int width = turned.r.hi.is_f32() ? 32 : 64;
  return flip_sign(sine_of_half_turn(turned.r), (turned.count << (width - 1)) ^ sign);
}

/// Few angles are large: what only those need is computed only where there is one.
Number choose_angle(const Number& magnitude, const Number& usual, const Number& large) {
  return select(magnitude < usual_angles(magnitude), usual, large);
}

}  // namespace

Number sin(const Number& x) {
  const Number magnitude = abs(x);
  const Number large = sine_of(reduce_large(magnitude, 2), to_bits(x).like(0));
  return choose_angle(magnitude, sine_of(reduce_usual(magnitude, 2), sign_of(x)), negate_if(x < 0, large));
}

Number cos(const Number& x) {
  const Number magnitude = abs(x);
  // cos(n pi + pi/2 + r) = sin(r) with the sign of an even n flipped
  const Number big = rounding_constant(x);
  const Number shifted = fma(magnitude, by_type(x, 0x1.45f306p-2, 0x1.45f306dc9c883p-2), -0.5) + big;
  const Pair r = less_quadrants(magnitude, fma(shifted - big, 2, 1), 1, true);
  const Number usual = sine_of({to_bits(shifted), r}, sign_mask(to_bits(x)));
  return choose_angle(magnitude, usual, sine_of(reduce_large(magnitude, 2, 1), to_bits(x).like(0)));
}

Number tan(const Number& x) {
  const Number magnitude = abs(x);
  const Number is_usual = magnitude < usual_angles(x);
  const Turned usual = reduce_usual(magnitude, 1), large = reduce_large(magnitude, 1);
  const Pair r = choose(is_usual, usual.r, large.r);
  const Number odd = cast(select(is_usual, usual.count, large.count) & 1, DType::boolean);
  const Pair s = sine(r), c = cosine(r);
  const Pair numerator = fast_two_sum(select(odd, c.hi, s.hi), select(odd, c.lo, s.lo));
  const Pair denominator = fast_two_sum(select(odd, s.hi, c.hi), select(odd, s.lo, c.lo));
  const Number y = sum(quotient_pair(numerator, denominator));
  // An odd quadrant changes the sign: tan(a + pi/2) = -cos(a) / sin(a).
  return flip_sign(negate_if(odd, y), sign_of(x));
}

}  // namespace lockstep::math
