// What each function of functions.def does, in terms of the primitive operations. The edge cases are NumPy's; where two
// rules were possible the comment says which was taken.
#include "lowering.hpp"

#include <bit>
#include <limits>
#include <optional>

#include "math/functions.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

bool is_bool(const Builder& b, Value x) { return b.type(x) == DType::boolean; }
bool is_float(const Builder& b, Value x) { return is_floating(b.type(x)); }

Value zero(Builder& b, Value like) { return b.number(b.type(like), 0); }
Value one(Builder& b, Value like) { return b.number(b.type(like), 1); }
DType bits_type(DType type) { return type == DType::f32 ? DType::u32 : DType::u64; }

/// The magnitude of a with the sign bit of b.
Value with_sign(Builder& b, Value a, Value sign) {
  const DType bits = bits_type(b.type(a));
  const Value mask = b.constant(bits, bits == DType::u32 ? 0x80000000u : 0x8000000000000000u);
  const Value low = b.bit_and(b.bitcast(a, bits), b.bit_not(mask));
  return b.bitcast(b.bit_or(low, b.bit_and(b.bitcast(sign, bits), mask)), b.type(a));
}

Value lower_add(Builder& b, Value x, Value y) { return is_bool(b, x) ? b.bit_or(x, y) : b.add(x, y); }
Value lower_subtract(Builder& b, Value x, Value y) { return b.sub(x, y); }
Value lower_multiply(Builder& b, Value x, Value y) { return is_bool(b, x) ? b.bit_and(x, y) : b.mul(x, y); }
Value lower_true_divide(Builder& b, Value x, Value y) { return b.div(x, y); }

Value is_nan(Builder& b, Value x) { return b.bit_not(b.eq(x, x)); }

// Source: the definition of divmod for floats in CPython and NumPy: exact remainder first, then a quotient that is
// whole by construction up to rounding.
Value float_remainder(Builder& b, Value x, Value y) {
  const Value r = b.rem(x, y);
  const Value other_sign = b.bit_xor(b.lt(y, zero(b, y)), b.lt(r, zero(b, r)));
  const Value adjusted = b.select(other_sign, b.add(r, y), r);
  return b.select(b.eq(r, zero(b, r)), with_sign(b, zero(b, r), y), adjusted);
}

Value floor_of(Builder& b, Value x);

Value float_floor_divide(Builder& b, Value x, Value y) {
  const Value r = b.rem(x, y);
  const Value exact = b.div(b.sub(x, r), y);
  const Value down = b.bit_and(b.ne(r, zero(b, r)), b.bit_xor(b.lt(y, zero(b, y)), b.lt(r, zero(b, r))));
  const Value whole = b.select(down, b.sub(exact, one(b, exact)), exact);
  const Value floored = floor_of(b, whole);
  const Value above = b.gt(b.sub(whole, floored), b.number(b.type(x), 0.5));
  const Value nearest = b.select(above, b.add(floored, one(b, floored)), floored);
  const Value signed_zero = with_sign(b, zero(b, x), b.div(x, y));
  const Value quotient = b.select(b.eq(whole, zero(b, whole)), signed_zero, nearest);
  // NumPy gives x / y for y = 0: an infinity or NaN.
  return b.select(b.eq(y, zero(b, y)), b.div(x, y), quotient);
}

Value lower_floor_divide(Builder& b, Value x, Value y) {
  if (is_float(b, x)) return float_floor_divide(b, x, y);
  const Value quotient = b.div(x, y);
  if (is_unsigned(b.type(x))) return quotient;
  const Value r = b.rem(x, y);
  const Value other_sign = b.bit_xor(b.lt(x, zero(b, x)), b.lt(y, zero(b, y)));
  const Value down = b.bit_and(b.ne(r, zero(b, r)), other_sign);
  return b.sub(quotient, b.cast(down, b.type(x)));
}

Value lower_remainder(Builder& b, Value x, Value y) {
  if (is_float(b, x)) return float_remainder(b, x, y);
  const Value r = b.rem(x, y);
  if (is_unsigned(b.type(x))) return r;
  const Value other_sign = b.bit_xor(b.lt(r, zero(b, r)), b.lt(y, zero(b, y)));
  const Value adjust = b.bit_and(b.ne(r, zero(b, r)), other_sign);
  return b.select(adjust, b.add(r, y), r);
}

/// x to a whole power by squaring, the lowest bit first.
Value whole_power(Builder& b, Value x, std::uint64_t exponent) {
  Value result = one(b, x);
  bool empty = true;
  for (Value square = x; exponent != 0; square = b.mul(square, square)) {
    if (exponent & 1) {
      result = empty ? square : b.mul(result, square);
      empty = false;
    }
    exponent >>= 1;
    if (exponent == 0) break;
  }
  return result;
}

/// Of the constant exponents that have a short exact form, the power in that form; else nothing.
std::optional<Value> short_power(Builder& b, Value x, Value y) {
  if (!b.is_constant(y)) return std::nullopt;
  const double exponent = std::bit_cast<double>(fold_constant(Op::cast, b.type(y), DType::f64, {b.node(y).bits}));
  if (exponent == 0.5) return b.sqrt(x);
  constexpr double kMost = 16;
  if (!(exponent >= -kMost && exponent <= kMost)) return std::nullopt;
  const int whole = static_cast<int>(exponent);
  if (exponent != whole) return std::nullopt;
  const Value positive = whole_power(b, x, static_cast<std::uint64_t>(whole < 0 ? -whole : whole));
  return whole < 0 ? b.div(one(b, x), positive) : positive;
}

Value float_power(Builder& b, Value x, Value y) {
  if (const std::optional<Value> power = short_power(b, x, y)) return *power;
  return math::power({b, x}, {b, y}).value();
}

/// Integers to any integer power, modulo 2^width. A negative power is 0 but for the bases 1 and -1.
Value integer_power(Builder& b, Value x, Value y) {
  const DType type = b.type(x);
  if (b.is_constant(y)) {
    const auto exponent = static_cast<std::int64_t>(fold_constant(Op::cast, type, DType::i64, {b.node(y).bits}));
    require(exponent >= 0 || type == DType::u64, Code::bad_argument,
            "integers to a negative power ({}) are not integers\nCast the base to a float first.", exponent);
    return whole_power(b, x, static_cast<std::uint64_t>(exponent));
  }
  Value result = one(b, x);
  Value square = x;
  const int bits = static_cast<int>(8 * size_of(type)) - (is_signed(type) ? 1 : 0);
  for (int i = 0; i < bits; ++i) {
    const Value bit = b.bit_and(b.binary(Op::shr, y, b.number(type, i)), one(b, y));
    result = b.select(b.cast(bit, DType::boolean), b.mul(result, square), result);
    if (i + 1 < bits) square = b.mul(square, square);
  }
  if (is_unsigned(type)) return result;
  const Value is_unit = b.le(b.abs(x), one(b, x));
  const Value small = b.bit_and(is_unit, b.le(zero(b, x), b.abs(x)));
  const Value odd = b.cast(b.bit_and(y, one(b, y)), DType::boolean);
  const Value unit = b.select(odd, x, b.mul(x, x));
  return b.select(b.lt(y, zero(b, y)), b.select(small, unit, zero(b, x)), result);
}

Value lower_power(Builder& b, Value x, Value y) {
  return is_float(b, x) ? float_power(b, x, y) : integer_power(b, x, y);
}

Value lower_bitwise_and(Builder& b, Value x, Value y) { return b.bit_and(x, y); }
Value lower_bitwise_or(Builder& b, Value x, Value y) { return b.bit_or(x, y); }
Value lower_bitwise_xor(Builder& b, Value x, Value y) { return b.bit_xor(x, y); }
Value lower_left_shift(Builder& b, Value x, Value y) { return b.binary(Op::shl, x, y); }
Value lower_right_shift(Builder& b, Value x, Value y) { return b.binary(Op::shr, x, y); }

Value lower_equal(Builder& b, Value x, Value y) { return b.eq(x, y); }
Value lower_not_equal(Builder& b, Value x, Value y) { return b.ne(x, y); }
Value lower_less(Builder& b, Value x, Value y) { return b.lt(x, y); }
Value lower_less_equal(Builder& b, Value x, Value y) { return b.le(x, y); }
Value lower_greater(Builder& b, Value x, Value y) { return b.gt(x, y); }
Value lower_greater_equal(Builder& b, Value x, Value y) { return b.ge(x, y); }

Value lower_logical_and(Builder& b, Value x, Value y) { return b.bit_and(x, y); }
Value lower_logical_or(Builder& b, Value x, Value y) { return b.bit_or(x, y); }
Value lower_logical_xor(Builder& b, Value x, Value y) { return b.bit_xor(x, y); }
Value lower_logical_not(Builder& b, Value x) { return b.bit_not(x); }

// Of equals the first, so minimum(-0, +0) is -0 and minimum(+0, -0) is +0.
Value lower_minimum(Builder& b, Value x, Value y) {
  const Value second = is_float(b, x) ? b.bit_or(b.lt(y, x), is_nan(b, y)) : b.lt(y, x);
  return b.select(second, y, x);
}
Value lower_maximum(Builder& b, Value x, Value y) {
  const Value second = is_float(b, x) ? b.bit_or(b.lt(x, y), is_nan(b, y)) : b.lt(x, y);
  return b.select(second, y, x);
}
Value lower_fmin(Builder& b, Value x, Value y) {
  const Value second = is_float(b, x) ? b.bit_or(b.lt(y, x), is_nan(b, x)) : b.lt(y, x);
  return b.select(second, y, x);
}
Value lower_fmax(Builder& b, Value x, Value y) {
  const Value second = is_float(b, x) ? b.bit_or(b.lt(x, y), is_nan(b, x)) : b.lt(x, y);
  return b.select(second, y, x);
}
Value lower_copysign(Builder& b, Value x, Value y) { return with_sign(b, x, y); }

Value lower_negative(Builder& b, Value x) { return b.neg(x); }
Value lower_invert(Builder& b, Value x) { return b.bit_not(x); }
Value lower_abs(Builder& b, Value x) { return is_bool(b, x) || is_unsigned(b.type(x)) ? x : b.abs(x); }
Value lower_sign(Builder& b, Value x) {
  const DType type = b.type(x);
  if (is_unsigned(type)) return b.cast(b.ne(x, zero(b, x)), type);
  const Value positive = b.select(b.gt(x, zero(b, x)), one(b, x), zero(b, x));
  const Value signs = b.select(b.lt(x, zero(b, x)), b.number(type, -1), positive);
  return is_float(b, x) ? b.select(is_nan(b, x), x, signs) : signs;
}
Value lower_square(Builder& b, Value x) { return lower_multiply(b, x, x); }
Value lower_sqrt(Builder& b, Value x) { return b.sqrt(x); }
Value lower_reciprocal(Builder& b, Value x) { return b.div(one(b, x), x); }

/// The nearest whole number: adding and subtracting 2^23 (2^52) rounds in the last place that counts.
Value nearest_whole(Builder& b, Value x) {
  const Value big = b.number(b.type(x), b.type(x) == DType::f32 ? 0x1p23 : 0x1p52);
  const Value magnitude = b.abs(x);
  const Value rounded = b.sub(b.add(magnitude, big), big);
  return b.select(b.lt(magnitude, big), with_sign(b, rounded, x), x);
}
Value floor_of(Builder& b, Value x) {
  const Value r = nearest_whole(b, x);
  return b.select(b.gt(r, x), b.sub(r, one(b, x)), r);
}

Value lower_rint(Builder& b, Value x) { return is_float(b, x) ? nearest_whole(b, x) : x; }
Value lower_round(Builder& b, Value x) { return lower_rint(b, x); }
Value lower_floor(Builder& b, Value x) { return is_float(b, x) ? floor_of(b, x) : x; }
// ceil(x) = -floor(-x), so that ceil(-0.5) is -0.
Value lower_ceil(Builder& b, Value x) { return is_float(b, x) ? b.neg(floor_of(b, b.neg(x))) : x; }
Value lower_trunc(Builder& b, Value x) { return is_float(b, x) ? with_sign(b, floor_of(b, b.abs(x)), x) : x; }

Value infinity(Builder& b, Value like) { return b.number(b.type(like), std::numeric_limits<double>::infinity()); }
Value lower_isnan(Builder& b, Value x) { return is_float(b, x) ? is_nan(b, x) : b.constant(DType::boolean, 0); }
Value lower_isinf(Builder& b, Value x) {
  return is_float(b, x) ? b.eq(b.abs(x), infinity(b, x)) : b.constant(DType::boolean, 0);
}
Value lower_isfinite(Builder& b, Value x) {
  return is_float(b, x) ? b.lt(b.abs(x), infinity(b, x)) : b.constant(DType::boolean, 1);
}
Value lower_signbit(Builder& b, Value x) {
  if (is_signed(b.type(x))) return b.lt(x, zero(b, x));
  if (!is_float(b, x)) return b.constant(DType::boolean, 0);
  const DType bits = b.type(x) == DType::f32 ? DType::i32 : DType::i64;
  const Value pattern = b.bitcast(x, bits);
  return b.lt(pattern, zero(b, pattern));
}

// The mathematical functions; lower_power above calls its own.
#define LOCKSTEP_MATH_1(name, f32_version, f64_version) \
  Value lower_##name(Builder& b, Value x) { return math::name({b, x}).value(); }
#define LOCKSTEP_MATH_2(name, f32_version, f64_version) \
  Value lower_##name(Builder& b, Value x, Value y) { return math::name({b, x}, {b, y}).value(); }
#define LOCKSTEP_MATH_POWER(name, f32_version, f64_version)
#include "math/versions.def"
#undef LOCKSTEP_MATH_1
#undef LOCKSTEP_MATH_2
#undef LOCKSTEP_MATH_POWER

/// The block of lockstep/random.hpp, as two values of 64 bits with the first word of each on top. Words are kept in 64
/// bits, where the products of two are exact.
std::array<Value, 2> philox_block(Builder& b, Value x, Value y, Value key) {
  const auto number = [&](std::uint64_t value) { return b.constant(DType::u64, value); };
  const auto low = [&](Value v) { return b.bit_and(v, number(0xffffffffu)); };
  const auto high = [&](Value v) { return b.binary(Op::shr, v, number(32)); };
  std::array<Value, 4> c{low(x), high(x), low(y), high(y)};
  std::array<Value, 2> k{low(key), high(key)};
  for (int round = 0; round < 10; ++round) {
    const Value p = b.mul(c[0], number(0xD2511F53u)), q = b.mul(c[2], number(0xCD9E8D57u));
    // The product comes last, which the next round waits for.
    c = {b.bit_xor(high(q), b.bit_xor(c[1], k[0])), low(q), b.bit_xor(high(p), b.bit_xor(c[3], k[1])), low(p)};
    k = {low(b.add(k[0], number(0x9E3779B9u))), low(b.add(k[1], number(0xBB67AE85u)))};
  }
  const auto join = [&](Value upper, Value lower) { return b.bit_or(b.binary(Op::shl, upper, number(32)), lower); };
  return {join(c[0], c[1]), join(c[2], c[3])};
}
Value lower_philox(Builder& b, Value x, Value y, Value key) { return philox_block(b, x, y, key)[0]; }
Value lower_philox_next(Builder& b, Value x, Value y, Value key) { return philox_block(b, x, y, key)[1]; }

Value lower_where(Builder& b, Value condition, Value x, Value y) { return b.select(condition, x, y); }
Value lower_fma(Builder& b, Value x, Value y, Value z) { return b.fma(x, y, z); }
Value lower_clip(Builder& b, Value x, Value low, Value high) {
  return lower_minimum(b, lower_maximum(b, x, low), high);
}

}  // namespace

Value lower(Function function, Builder& builder, std::span<const Value> x) {
  switch (function) {
#define LOCKSTEP_OPERANDS_1 x[0]
#define LOCKSTEP_OPERANDS_2 x[0], x[1]
#define LOCKSTEP_OPERANDS_3 x[0], x[1], x[2]
#define LOCKSTEP_FUNCTION(name, arity, rule, syntax, what) \
  case Function::name:                                     \
    return lower_##name(builder, LOCKSTEP_OPERANDS_##arity);
#include "lockstep/functions.def"
#undef LOCKSTEP_FUNCTION
  }
  __builtin_unreachable();
}

}  // namespace lockstep
