// sinh, cosh, tanh by e^x and e^-x from one reduction; their inverses by log(1 + y) of a y in two words.
#include <limits>

#include "exponential.hpp"
#include "functions.hpp"
#include "logarithm.hpp"

namespace lockstep::math {
namespace {

/// e^x + e^-x and e^x - e^-x, times 2^-k, for x >= 0.
struct Halves {
  Pair plus, minus;
  Number k;
};
Halves halves(const Number& x) {
  const ReducedExponent e = reduce_exponent(x);
  const Number r = e.r.hi;
  const Number z = r * r;
  // The coefficients of even powers stand first: those of cosh, then those of sinh.
  const Number even = z * polynomial(z, kExp, 0, 2);
  const Number odd = r * z * polynomial(z, kExp, 1, 2);
  const Pair up = fast_two_sum(r.like(1), r);
  const Pair down = fast_two_sum(r.like(1), -r);
  const Number up_low = up.lo + fma(e.r.lo, up.hi, even + odd);
  const Number down_low = down.lo + fma(-e.r.lo, down.hi, even - odd);
  // e^-x beside e^x is 2^-2k; beyond 2^-128 it does not count.
  const Number bounded = select(e.k < 60, e.k, e.k.like(60));
  const Number factor = power_of_two(bounded * -2, x.type());
  const Number beside = down.hi * factor, beside_low = down_low * factor;
  const Pair plus = fast_two_sum(up.hi, beside), minus = fast_two_sum(up.hi, -beside);
  return {{plus.hi, plus.lo + (up_low + beside_low)}, {minus.hi, minus.lo + (up_low - beside_low)}, e.k};
}

Number with_sign_of(const Number& magnitude, const Number& x) { return flip_sign(magnitude, sign_of(x)); }

/// sqrt(a) of a pair, in two words.
Pair root(const Pair& a) {
  const Number s = sqrt(a.hi);
  return {s, (fma(-s, s, a.hi) + a.lo) / (s + s)};
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// Below, the functions here whose slope at 0 is 1 are x to all digits.
constexpr double kTiny32 = 0x1p-13, kTiny64 = 0x1p-28;

}  // namespace

Number sinh(const Number& x) {
  const Halves h = halves(clamp_exponent(abs(x)));
  return with_sign_of(scale(sum(h.minus), h.k - 1), x);
}

Number cosh(const Number& x) {
  const Halves h = halves(clamp_exponent(abs(x)));
  return scale(sum(h.plus), h.k - 1);
}

Number tanh(const Number& x) {
  const Halves h = halves(at_most(abs(x), x.is_f32() ? 10 : 20));
  return with_sign_of(sum(quotient_pair(normalized(h.minus), normalized(h.plus))), x);
}

Number asinh(const Number& x) {
  const Number magnitude = abs(x);
  // log(2x) there; x^2 would overflow.
  const Number large = magnitude > by_type(x, 0x1p14, 0x1p28);
  const Number a = select(large, x.like(1), magnitude);
  // asinh(a) = log(1 + y), y = a + a^2 / (1 + sqrt(1 + a^2))
  const Pair square = two_product(a, a);
  const Pair below = two_sum(square.hi, x.like(1));
  const Pair s = root({below.hi, below.lo + square.lo});
  const Pair denominator = two_sum(s.hi, x.like(1));
  const Pair q = quotient_pair(square, {denominator.hi, denominator.lo + s.lo});
  const Pair y = two_sum(a, q.hi);
  // The -1 takes back the 1 that is added to y.
  const Pair both{select(large, magnitude, y.hi), select(large, -1, y.lo + q.lo)};
  const Number result = log_of_one_more(both, select(large, x.like(1), 0));
  const Number same = (magnitude < by_type(x, kTiny32, kTiny64)) | ~(magnitude < kInfinity);
  return select(same, x, with_sign_of(result, x));
}

Number acosh(const Number& x) {
  const Number large = x > by_type(x, 0x1p14, 0x1p28);
  const Number a = select(large, x.like(2), x);
  // acosh(a) = log(1 + y), y = t + sqrt(t (t + 2)), t = a - 1
  const Number t = a - 1;
  const Pair more = two_sum(a, x.like(1));
  const Pair product = two_product(t, more.hi);
  const Pair s = root({product.hi, fma(t, more.lo, product.lo)});
  const Pair y = two_sum(t, s.hi);
  const Pair both{select(large, x, y.hi), select(large, -1, y.lo + s.lo)};
  const Number result = log_of_one_more(both, select(large, x.like(1), 0));
  const Number edge = select(x == 1, x.like(0), select(x == kInfinity, x, x.like(kNaN)));
  return select((x > 1) & (x < kInfinity), result, edge);
}

Number atanh(const Number& x) {
  const Number magnitude = abs(x);
  // atanh(x) = 1/2 log(1 + y), y = 2x / (1 - x)
  const Pair denominator = fast_two_sum(x.like(1), -magnitude);
  const Pair y = quotient_pair({magnitude + magnitude, x.like(0)}, denominator);
  const Number result = 0.5 * log_of_one_more(y);
  const Number edge = select(magnitude == 1, x.like(kInfinity), kNaN);
  const Number y_signed = with_sign_of(select(magnitude < 1, result, edge), x);
  return select(magnitude < by_type(x, kTiny32, kTiny64), x, y_signed);
}

}  // namespace lockstep::math
