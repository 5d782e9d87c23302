// log, log2, log10, log1p. x = 2^k (1 + f); log(1 + f) = 2 atanh(f / (2 + f)), a polynomial with few terms.
#include "logarithm.hpp"

#include <limits>

#include "functions.hpp"

namespace lockstep::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// `y` where x is positive and finite; else what a logarithm gives.
Number with_edges(const Number& x, const Number& y) {
  const Number inside = (x > 0) & (x < kInfinity);
  return select(inside, y, select(x == 0, x.like(-kInfinity), select(x < 0, x.like(kNaN), x)));
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
  const Number bits = to_signed_bits(select(subnormal, x * by_type(x, 0x1p24, 0x1p53), x));
  const Number root_half = bits.like_bits(x.is_f32() ? 0x3f3504f3u : 0x3fe6a09e667f3bcdu);
  const Number k = (bits - root_half) >> l.digits;
  return {k - select(subnormal, k.like(up), 0), bitcast(bits - (k << l.digits), x.type())};
}

Pair log_argument(const Pair& f) {
  const Pair below = fast_two_sum(f.hi.like(2), f.hi);
  return quotient_pair(f, {below.hi, plus(below.lo, f.lo)});
}

Pair log_reduced(const Pair& f) {
  const Pair s = log_argument(f);
  const Number z = s.hi * s.hi;
  return {s.hi + s.hi, fma(s.hi * z, polynomial(z, kLog), s.lo + s.lo)};
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
  const Layout l = layout(y.hi);
  const Number bits = to_signed_bits(u.hi);
  const Number root_half = bits.like_bits(y.hi.is_f32() ? 0x3f3504f3u : 0x3fe6a09e667f3bcdu);
  const Number k = (bits - root_half) >> l.digits;
  const Number m = bitcast(bits - (k << l.digits), y.hi.type());
  // The second word counts only where k is small; 2^-k must stay a normal number.
  const double most = y.hi.is_f32() ? 100 : 1000;
  const Number down = power_of_two(-select(k < most, k, k.like(most)), y.hi.type());
  const Pair f = fast_two_sum(m - 1, (u.lo + y.lo) * down);
  return with_exponent(cast(k, y.hi.type()) + doublings, log_reduced(f));
}
Number log_of_one_more(const Pair& y) { return log_of_one_more(y, y.hi.like(0)); }

Number log(const Number& x) {
  const Decomposed d = decompose(x);
  return with_edges(x, with_exponent(cast(d.k, x.type()), log_reduced({d.m - 1, x.like(0)})));
}

Number log2(const Number& x) {
  const Decomposed d = decompose(x);
  const Pair scaled = multiply(normalized(log_reduced({d.m - 1, x.like(0)})), kLog2E);
  const Pair total = fast_two_sum(cast(d.k, x.type()), scaled.hi);
  return with_edges(x, total.hi + (total.lo + scaled.lo));
}

Number log10(const Number& x) {
  const Decomposed d = decompose(x);
  const Number k = cast(d.k, x.type());
  const Pair scaled = multiply(normalized(log_reduced({d.m - 1, x.like(0)})), kLog10E);
  const Pair total = fast_two_sum(k * high(x, kLog10Of2), scaled.hi);
  return with_edges(x, total.hi + (total.lo + fma(k, low(x, kLog10Of2), scaled.lo)));
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
