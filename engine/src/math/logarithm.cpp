// log, log2, log10, log1p. x = 2^k (1 + f); log(1 + f) by s = f / (2 + f), a polynomial with few terms.
#include "logarithm.hpp"

#include <limits>

#include "functions.hpp"

namespace lockstep::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Of a positive normal number.
Decomposed decompose_normal(const Number& x) {
  const int digits = layout(x).digits;
  const Number bits = to_signed_bits(x);
  const Number root_half = bits.like_bits(x.is_f32() ? 0x3f3504f3u : 0x3fe6a09e667f3bcdu);
  const Number k = (bits - root_half) >> digits;
  return {k, bitcast(bits - (k << digits), x.type())};
}

/// A small whole number as a float.
Number to_float(const Number& k) {
  if (k.type() == DType::i32) return cast(k, DType::f32);
  // Few processors convert 64 bits at once: k becomes the last digits of a large number.
  const Number big = rounding_constant(bitcast(k, DType::f64));
  return bitcast(k + to_signed_bits(big), DType::f64) - big;
}

/// A logarithm of any x, by `of(k, m)` of its parts; few numbers are not positive and normal, and what only those need
/// is computed only where there is one.
template <class F>
Number logarithm(const Number& x, F of) {
  const auto positive = [&of](const Number& y, double up) {
    const Decomposed d = decompose_normal(y);
    return of(to_float(up == 0 ? d.k : d.k - up), log_reduced({d.m - 1, y.like(0)}));
  };
  const Number normal = positive(x, 0);
  const Number subnormal = positive(x * by_type(x, 0x1p24, 0x1p53), x.is_f32() ? 24 : 53);
  const Number edge = select(x == 0, x.like(-kInfinity), select(x < 0, x.like(kNaN), x));
  const Number rare = select((x > 0) & (x < 1), subnormal, edge);
  return select((x >= by_type(x, 0x1p-126, 0x1p-1022)) & (x < kInfinity), normal, rare);
}

/// (high + low) + b, of a smaller b.
Pair add_small(const Number& high, const Number& low, const Pair& b) {
  const Pair sum = fast_two_sum(high, b.hi);
  return {sum.hi, plus(sum.lo, plus(b.lo, low))};
}

/// k ln(2) + log_m, rounded once.
Number with_exponent(const Number& k, const Pair& log_m) {
  const Pair total = fast_two_sum(k * high(k, kLn2), log_m.hi);
  return total.hi + (total.lo + fma(k, low(k, kLn2), log_m.lo));
}

}  // namespace

Decomposed decompose(const Number& x) {
  const Layout l = layout(x);
  const double up = l.digits + 1;
  const Number subnormal = x < by_type(x, 0x1p-126, 0x1p-1022);
  const Decomposed d = decompose_normal(select(subnormal, x * by_type(x, 0x1p24, 0x1p53), x));
  return {d.k - select(subnormal, d.k.like(up), 0), d.m};
}

Pair log_argument(const Pair& f) {
  const Pair below = fast_two_sum(f.hi.like(2), f.hi);
  return quotient_pair(f, {below.hi, plus(below.lo, f.lo)});
}

Pair log_reduced(const Pair& f) {
  // With s = f / (2 + f) it is 2 atanh(s) = f - f^2/2 + s (f^2/2 + p(s^2)), where s counts little. Source: fdlibm,
  // e_log.c, Sun Microsystems, 1993.
  const Number s = f.hi / (f.hi + 2);
  const Number z = s * s;
  const Number half = f.hi * 0.5;
  const Pair square = two_product(f.hi, half);
  const Number most = f.hi - square.hi;
  const Number curved = fma(z, polynomial_by_halves(z, z * z, kLog), square.hi);
  const Number lost = ((f.hi - most) - square.hi) - square.lo;
  if (is_zero(f.lo)) return {most, fma(s, curved, lost)};
  const Number slope = fma(s, fma(s, 2, -2), 1);  // 1 / (1 + f) to two digits
  return {most, fma(s, curved, fma(f.lo, slope, lost))};
}

Pair exact_log_reduced(const Pair& f) {
  const Number& like = f.hi;
  const Pair s = log_argument(f);
  Pair square = two_product(s.hi, s.hi);
  square.lo = fma(s.hi + s.hi, s.lo, square.lo);
  const Number rest = square.hi * polynomial(square.hi, kPowLog);
  const Pair fifth = add_small(high(like, kTwoFifths), low(like, kTwoFifths), {rest, like.like(0)});
  const Pair third = add_small(high(like, kTwoThirds), low(like, kTwoThirds), multiply(square, fifth));
  const Pair factor = add_small(like.like(2), like.like(0), multiply(square, third));
  const Pair product = two_product(s.hi, factor.hi);
  return normalized({product.hi, fma(s.hi, factor.lo, fma(s.lo, factor.hi, product.lo))});
}

Pair log_pair(const Pair& x) {
  const Decomposed d = decompose(x.hi);
  // The second word does not count where x is smaller; 2^-k must stay a normal number.
  const Number bounded = select(d.k < -120, d.k.like(-120), d.k);
  const Pair m = exact_log_reduced(fast_two_sum(d.m - 1, x.lo * power_of_two(-bounded, x.hi.type())));
  const Number k = cast(d.k, x.hi.type());
  const Pair total = fast_two_sum(k * high(k, kLn2), m.hi);
  return fast_two_sum(total.hi, total.lo + fma(k, low(k, kLn2), m.lo));
}

Number log_of_one_more(const Pair& y, const Number& doublings) {
  const Pair u = two_sum(y.hi.like(1), y.hi);
  const auto [k, m] = decompose_normal(u.hi);
  // The second word counts only where k is small; 2^-k must stay a normal number.
  const double most = y.hi.is_f32() ? 100 : 1000;
  const Number down = power_of_two(-select(k < most, k, k.like(most)), y.hi.type());
  const Pair f = fast_two_sum(m - 1, (u.lo + y.lo) * down);
  return with_exponent(to_float(k) + doublings, log_reduced(f));
}
Number log_of_one_more(const Pair& y) { return log_of_one_more(y, y.hi.like(0)); }

Number log(const Number& x) {
  return logarithm(x, [](const Number& k, const Pair& m) { return with_exponent(k, m); });
}

Number log2(const Number& x) {
  return logarithm(x, [](const Number& k, const Pair& m) {
    const Pair scaled = multiply(normalized(m), kLog2E);
    const Pair total = fast_two_sum(k, scaled.hi);
    return total.hi + (total.lo + scaled.lo);
  });
}

Number log10(const Number& x) {
  return logarithm(x, [](const Number& k, const Pair& m) {
    const Pair scaled = multiply(normalized(m), kLog10E);
    const Pair total = fast_two_sum(k * high(k, kLog10Of2), scaled.hi);
    return total.hi + (total.lo + fma(k, low(k, kLog10Of2), scaled.lo));
  });
}

Number log1p(const Number& x) {
  const Number y = log_of_one_more({x, x.like(0)});
  const Number inside = (x > -1) & (x < kInfinity);
  const Number outside = select(x == -1, x.like(-kInfinity), select(x < -1, x.like(kNaN), x));
  // Keeps -0 and subnormals.
  const Number tiny = abs(x) < by_type(x, 0x1p-26, 0x1p-55);
  return select(tiny | ~inside, select(tiny, x, outside), y);
}

}  // namespace lockstep::math
