#include "quadrant.hpp"

#include <algorithm>
#include <vector>

#include "two_over_pi.hpp"

namespace lockstep::math {
namespace {

constexpr std::uint64_t kLow32 = 0xffffffffu;

/// The whole numbers M and p: |x| = M 2^e, and the bits of 2/pi from p on (counted as in kTwoOverPi, less `skipped`)
/// are those that do not only add multiples of 4 to |x| 2/pi.
struct Position {
  Number significand, bit;
};
Position position(const Number& magnitude, int skipped) {
  const Layout l = layout(magnitude);
  const Number bits = cast(to_bits(magnitude), DType::u64);
  const Number exponent = bits >> l.digits;
  const std::uint64_t hidden = std::uint64_t{1} << l.digits;
  const Number significand = (bits & bits.like_bits(hidden - 1)) | bits.like_bits(hidden);
  // Bit i after the point has weight 2^-i and stands at 63 + i; those with 2^(e-i) >= 4 are dropped: i = e - 1 is
  // first.
  return {significand, exponent - (l.bias + l.digits + 1 - 63 + skipped)};
}

/// Is bit n of x set?
Number has_bit(const Number& x, int n) { return cast(x & x.like_bits(std::uint64_t{1} << n), DType::boolean); }

/// `count` values of `table` from the one that bits `low` to `high` of `bit` number on: each bit in turn, the highest
/// first, shifts the table by a power of two, so that few selects choose among many constants.
std::vector<Number> choose(std::vector<Number> table, const Number& bit, int low, int high, std::size_t count) {
  for (int n = high; n >= low; --n) {
    const std::size_t step = std::size_t{1} << (n - low);
    const Number shifted = has_bit(bit, n);
    const std::size_t needed = std::min(table.size(), step - 1 + count);
    for (std::size_t i = 0; i < needed; ++i)
      if (i + step < table.size()) table[i] = select(shifted, table[i + step], table[i]);
    table.erase(table.begin() + static_cast<std::ptrdiff_t>(needed), table.end());
  }
  return table;
}

/// The upper half of a product of 64-bit numbers, a below 2^53.
Number high_product(const Number& a, const Number& b) {
  const Number a0 = a & a.like_bits(kLow32), a1 = a >> 32;
  const Number b0 = b & b.like_bits(kLow32), b1 = b >> 32;
  const Number cross = a0 * b1;
  const Number middle = (a0 * b0 >> 32) + (cross & b.like_bits(kLow32)) + a1 * b0;
  return a1 * b1 + (cross >> 32) + (middle >> 32);
}

/// A fixed-point number of 4 quadrants: `top` 2^-62 + `rest` 2^-126.
struct Fixed {
  Number top, rest;
};

Fixed product_f64(const Number& magnitude) {
  const Position p = position(magnitude, 0);
  std::vector<Number> words;
  for (std::size_t i = 0; i < 20; ++i) words.push_back(p.bit.like_bits(kTwoOverPi[i]));
  words = choose(words, p.bit, 6, 10, 4);
  const Number shift = p.bit & 63;
  const Number back = shift ^ 63;
  const auto aligned = [&](std::size_t i) { return (words[i] << shift) | ((words[i + 1] >> 1) >> back); };
  const Number w2 = aligned(0), w1 = aligned(1), w0 = aligned(2);
  const Number middle = p.significand * w1;
  const Number rest = middle + high_product(p.significand, w0);
  const Number carry = cast(rest < middle, DType::u64);
  return {p.significand * w2 + high_product(p.significand, w1) + carry, rest};
}

/// The 64 bits of kTwoOverPi from 32 * i on.
std::uint64_t half_word(std::size_t i) {
  const std::uint64_t first = kTwoOverPi[i / 2];
  return i % 2 == 0 ? first : first << 32 | kTwoOverPi[i / 2 + 1] >> 32;
}

Number product_f32(const Number& magnitude) {
  const Position p = position(magnitude, 32);
  std::vector<Number> first, second;
  for (std::size_t i = 0; i < 5; ++i) {
    first.push_back(p.bit.like_bits(half_word(i + 1)));
    second.push_back(p.bit.like_bits(half_word(i + 3)));
  }
  const Number upper = choose(first, p.bit, 5, 7, 1)[0], lower = choose(second, p.bit, 5, 7, 1)[0];
  const Number shift = p.bit & 31;
  const Number w21 = (upper << shift) | ((lower >> 32) >> (32 - shift));
  const Number w0 = (lower << shift) >> 32;
  const Number low = (p.significand * w0 >> 32) + p.significand * (w21 & p.bit.like_bits(kLow32));
  return (p.significand * (w21 >> 32) << 32) + low;
}

/// |f| as a pair, of f in units of 2^-64, and 2^-128: the first word has as many bits as the type.
Pair to_pair_f64(const Number& top, const Number& rest) {
  const Number low_bits = top.like_bits(1023);
  const Number hi = cast(top & ~low_bits, DType::f64) * 0x1p-64;
  const Number lo = fma(cast(rest, DType::f64), 0x1p-128, cast(top & low_bits, DType::f64) * 0x1p-64);
  return fast_two_sum(hi, lo);
}
Pair to_pair_f32(const Number& top) {
  // Three pieces, so that nothing is lost where the first is 0.
  const auto piece = [&](int from, int to) {
    return cast(top & top.like_bits((std::uint64_t{1} << to) - (std::uint64_t{1} << from)), DType::f32) * 0x1p-64;
  };
  const Pair sum = fast_two_sum(piece(39, 63), piece(15, 39));
  return {sum.hi, sum.lo + piece(0, 15)};
}

}  // namespace

double usual_angles(const Number& like) { return like.is_f32() ? 0x1p12 : 0x1p20; }

/// With fma the first difference is exact; of the second only the rounding of a large rest is not, which is taken into
/// the low word. Source: Cody and Waite, Software Manual for the Elementary Functions, 1980.
Pair less_quadrants(const Number& magnitude, const Number& n, int quadrants, bool odd) {
  const std::span<const double> word = coefficients(magnitude, kQuadrant);
  const Number most = fma(n, -quadrants * word[0], magnitude);
  const Number hi = fma(n, -quadrants * word[1], most);
  const Number lo = fma(n, -quadrants * word[2], fma(n, -quadrants * word[1], most - hi));
  // A small magnitude has digits below those of the rest.
  return {hi, odd ? lo + (magnitude - fma(n, word[0], most)) : lo};
}

Turned reduce_usual(const Number& magnitude, int quadrants) {
  const Number per_unit = by_type(magnitude, 0x1.45f306p-1, 0x1.45f306dc9c883p-1) * (1. / quadrants);
  const Number big = rounding_constant(magnitude);
  const Number shifted = fma(magnitude, per_unit, big);
  return {to_bits(shifted), less_quadrants(magnitude, shifted - big, quadrants)};
}

/// By the bits of 2/pi. Source: Payne and Hanek, Radian reduction for trigonometric functions, 1983.
Turned reduce_large(const Number& magnitude, int quadrants, int ahead) {
  const bool f32 = magnitude.is_f32();
  Fixed turns = f32 ? Fixed{product_f32(magnitude), product_f32(magnitude)} : product_f64(magnitude);
  if (ahead != 0) turns.top = turns.top + turns.top.like_bits(static_cast<std::uint64_t>(ahead) << 62);
  // Below the bits of the count: a signed fraction of the unit.
  const int bits = quadrants == 1 ? 2 : 1;
  const Number fraction = f32 ? turns.top << bits : (turns.top << bits) | (turns.rest >> (64 - bits));
  const Number sign = cast(cast(fraction, DType::i64) >> 63, DType::u64);
  const Number top = fraction ^ sign;
  const Pair part = f32 ? to_pair_f32(top) : to_pair_f64(top, (turns.rest << bits) ^ sign);
  const Pair r = multiply(part, quadrants == 1 ? kHalfPi : kPi);
  const Number negative = cast(sign, DType::boolean);
  const Number not_finite = magnitude - magnitude;
  return {cast((turns.top >> (64 - bits)) - sign, layout(magnitude).unsigned_bits),
          {negate_if(negative, r.hi) + not_finite, negate_if(negative, r.lo)}};
}

}  // namespace lockstep::math
