// Random numbers as expressions: what philox gives, turned into numbers by the engine's own functions.
#include "lockstep/random_numbers.hpp"

#include <cstdint>
#include <numbers>

#include "expr_node.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

Expr bits(std::uint64_t value) { return cast(literal(static_cast<std::int64_t>(value)), DType::u64); }

/// `x` as u64, of which a literal must lie in 0 .. limit-1.
Expr word(const char* name, const Expr& x, std::uint64_t limit) {
  const ExprNode& node = *x.node();
  require(!is_floating(x.dtype()), Code::bad_type, "the {} of random numbers is a whole number, got {}", name,
          to_string(x.dtype()));
  if (node.kind == ExprNode::Kind::literal) {
    const bool negative = is_signed(node.dtype) && static_cast<std::int64_t>(node.bits) < 0;
    require(!negative && (limit == 0 || node.bits < limit), Code::bad_argument,
            "the {} of random numbers is {}, outside 0 .. {}", name,
            negative ? fmt::format("{}", static_cast<std::int64_t>(node.bits)) : fmt::format("{}", node.bits),
            limit - 1);
  }
  return cast(x, DType::u64);
}

/// The operands of philox.
struct Counter {
  Expr index, place, key;
};

Counter counter_of(const RandomSource& source, int draw) {
  constexpr int kDraws = 1 << 16;
  require(draw >= 0 && draw < kDraws, Code::bad_argument, "the draw of random numbers is {}, outside 0 .. {}", draw,
          kDraws - 1);
  const Expr low = bits(0xffffffffu);
  const Expr step = word("step", source.step, std::uint64_t{1} << 48);
  const Expr high = ((step >> bits(32)) << bits(16)) + bits(static_cast<std::uint64_t>(draw));
  const Expr key = (word("seed", source.seed, std::uint64_t{1} << 32) & low) |
                   (word("stream", source.stream, std::uint64_t{1} << 32) << bits(32));
  return {word("index", source.index, 0), (step & low) | (high << bits(32)), key};
}

Expr first_half(const Counter& c) { return philox(c.index, c.place, c.key); }
Expr second_half(const Counter& c) { return philox_next(c.index, c.place, c.key); }

/// As uniform_f32 and uniform_f64 of lockstep/random.hpp.
Expr uniform(const Expr& half, DType type) {
  require(is_floating(type), Code::bad_type, "random numbers of this kind are f32 or f64, not {}", to_string(type));
  const bool wide = type == DType::f64;
  return (cast(half >> bits(wide ? 12 : 41), type) + literal(0.5)) * literal(wide ? 0x1p-52 : 0x1p-23);
}

/// The high 64 bits of a product, from four products of halves.
Expr multiply_high(const Expr& x, const Expr& y) {
  const Expr low = bits(0xffffffffu), half = bits(32);
  const Expr x0 = x & low, x1 = x >> half, y0 = y & low, y1 = y >> half;
  const Expr a = x0 * y1, b = x1 * y0;
  const Expr middle = ((x0 * y0) >> half) + (a & low) + (b & low);
  return x1 * y1 + (a >> half) + (b >> half) + (middle >> half);
}

}  // namespace

Expr random_bits(const RandomSource& source, int draw) { return first_half(counter_of(source, draw)); }

Expr random_uniform(const RandomSource& source, DType type, int draw) {
  return uniform(random_bits(source, draw), type);
}

Expr random_integers(const RandomSource& source, const Expr& low, const Expr& high, int draw) {
  for (const Expr& end : {low, high})
    require(!is_floating(end.dtype()), Code::bad_type, "the ends of a range of whole numbers are whole, got {}",
            to_string(end.dtype()));
  const Expr from = cast(low, DType::i64), to = cast(high, DType::i64);
  if (from.node()->kind == ExprNode::Kind::literal && to.node()->kind == ExprNode::Kind::literal) {
    const auto a = static_cast<std::int64_t>(from.node()->bits), b = static_cast<std::int64_t>(to.node()->bits);
    require(a < b, Code::bad_argument, "random integers from {} to {}, which is not among them: there are none", a, b);
  }
  const Counter counter = counter_of(source, draw);
  const Expr first = first_half(counter);
  const Expr size = cast(to - from, DType::u64);
  // (first * 2^64 + second) * size / 2^128
  const Expr carry = multiply_high(second_half(counter), size);
  const Expr product = first * size;
  const Expr place = multiply_high(first, size) + cast(product + carry < product, DType::u64);
  return from + cast(place, DType::i64);
}

Expr random_normal(const RandomSource& source, DType type, int draw) {
  const Counter counter = counter_of(source, draw);
  const Expr u = uniform(first_half(counter), type), v = uniform(second_half(counter), type);
  return sqrt(literal(-2.0) * log(u)) * cos(literal(2 * std::numbers::pi) * v);
}

Expr random_exponential(const RandomSource& source, DType type, int draw) {
  return -log(random_uniform(source, type, draw));
}

}  // namespace lockstep
