#include "floats.hpp"

namespace lockstep::math {

Number power_of_two(const Number& k, DType type) {
  const int digits = type == DType::f32 ? 23 : 52;
  const int bias = type == DType::f32 ? 127 : 1023;
  return bitcast((k + bias) << digits, type);
}

Number scale(const Number& y, const Number& k) {
  const Number half = k >> 1;
  return y * power_of_two(half, y.type()) * power_of_two(k - half, y.type());
}

Number at_most(const Number& x, double high) { return select(x > high, x.like(high), x); }
Number clamp(const Number& x, double low, double high) { return at_most(select(x < low, x.like(low), x), high); }

// Source: Dekker 1971.
Pair fast_two_sum(const Number& a, const Number& b) {
  const Number s = a + b;
  return {s, b - (s - a)};
}

// Source: Knuth, The Art of Computer Programming, volume 2, 4.2.2.
Pair two_sum(const Number& a, const Number& b) {
  const Number s = a + b;
  const Number v = s - a;
  return {s, (a - (s - v)) + (b - v)};
}

bool is_zero(const Number& a) {
  const Node& node = a.builder().node(a.value());
  return node.op == Op::constant && node.bits == 0;
}

Number plus(const Number& a, const Number& b) { return is_zero(b) ? a : is_zero(a) ? b : a + b; }

Pair two_product(const Number& a, const Number& b) {
  const Number p = a * b;
  return {p, fma(a, b, -p)};
}

Pair multiply(const Pair& a, const Pair& b) {
  const Pair p = two_product(a.hi, b.hi);
  return {p.hi, p.lo + fma(a.hi, b.lo, a.lo * b.hi)};
}
Pair multiply(const Pair& a, const Split& constant) {
  return multiply(a, Pair{high(a.hi, constant), low(a.hi, constant)});
}

Pair quotient_pair(const Pair& a, const Pair& b) {
  const Number inverse = 1 / b.hi;
  const Number q = a.hi * inverse;
  const Number rest = fma(-q, b.hi, a.hi) + fma(-q, b.lo, a.lo);
  return {q, rest * inverse};
}

std::span<const double> coefficients(const Number& x, const Table& table) { return x.is_f32() ? table.f32 : table.f64; }

Number polynomial(const Number& x, const Table& table, std::size_t first, std::size_t step) {
  const std::span<const double> c = coefficients(x, table);
  std::size_t i = first + (c.size() - 1 - first) / step * step;
  Number sum = x.like(c[i]);
  while (i >= first + step) {
    i -= step;
    sum = fma(sum, x, c[i]);
  }
  return sum;
}

Number polynomial_by_halves(const Number& x, const Number& square, const Table& table, std::size_t first) {
  return fma(polynomial(square, table, first + 1, 2), x, polynomial(square, table, first, 2));
}

}  // namespace lockstep::math
