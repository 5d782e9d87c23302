// Casts and bit casts in SSE4.1, with the engine's meaning (lockstep/arithmetic.hpp): floats saturate, NaN gives 0.
#include <bit>

#include "sse41.hpp"
#include "sse41_registers.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

constexpr int kUnordered = 3;
constexpr int kNotEqual = 4;  // true for NaN
constexpr int kNotLess = 5;   // true for NaN
constexpr int kOrdered = 7;

constexpr int kTruncate = 3 | 8;  // of round: toward zero, no flags

std::uint64_t float_bits(DType type, double value) {
  return type == DType::f32 ? std::bit_cast<std::uint32_t>(static_cast<float>(value))
                            : std::bit_cast<std::uint64_t>(value);
}

}  // namespace

Vector Sse41::join(Id id, const Vector& a, DType to) {
  const Vector r = make(to);
  const x86::Xmm high = cc_.newXmm();
  cc_.emit(id, r.part[0], a.part[0]);
  cc_.emit(id, high, a.part[1]);
  cc_.movlhps(r.part[0].xmm(), high);
  return r;
}

Vector Sse41::spread(Id id, const Vector& a, DType to) {
  const Vector r = make(to);
  cc_.emit(id, r.part[0], a.part[0]);
  cc_.emit(id, r.part[1], upper_half(cc_, a.part[0]));
  return r;
}

Vector Sse41::cast(const Vector& a, DType to) {
  if (a.type == to) return a;
  if (a.type == DType::boolean)
    return each(I::kIdPand, widen(a, to), literal(to, is_floating(to) ? float_bits(to, 1) : 1));
  if (to == DType::boolean) return to_bool(a);
  if (is_floating(a.type)) return is_floating(to) ? float_to_float(a, to) : float_to_integer(a, to);
  return is_floating(to) ? integer_to_float(a, to) : between_integers(a, to);
}

Vector Sse41::to_bool(const Vector& a) {
  const Operand zero = literal(a.type, 0);
  if (is_floating(a.type)) return narrow(float_lanes(a, zero, kNotEqual));
  if (a.type == DType::u8) return as(each(I::kIdPcmpgtd, a, zero), DType::boolean);
  return bit_not(narrow(each(size_of(a.type) == 8 ? I::kIdPcmpeqq : I::kIdPcmpeqd, a, zero)));
}

Vector Sse41::bitcast(const Vector& a, DType to) {
  if (size_of(a.type) == 1) return cast(a, to);  // a lane holds the value of a byte, extended by its sign
  if (!is_floating(a.type)) return as(a, to);
  const Vector r = copy_of(a);
  choose(r, float_lanes(a, a, kUnordered), constant(a.type, a.type == DType::f32 ? 0x7fc00000u : 0x7ff8000000000000u));
  return as(r, to);
}

/// The low 32 bits of each 64-bit lane.
Vector Sse41::low_halves(const Vector& a, DType to) {
  Vector r;
  r.type = to;
  r.part[0] = copy(cc_, a.part[0]);
  cc_.shufps(r.part[0].xmm(), a.part[1].xmm(), 0x88);
  return r;
}

Vector Sse41::between_integers(const Vector& a, DType to) {
  const bool from_wide = size_of(a.type) == 8;
  const bool to_wide = size_of(to) == 8;
  if (from_wide && !to_wide) return wrap(low_halves(a, to));
  if (from_wide) return as(a, to);
  if (!to_wide) return size_of(to) == 1 ? wrap(as(copy_of(a), to)) : as(a, to);
  return spread(is_signed(a.type) ? I::kIdPmovsxdq : I::kIdPmovzxdq, a, to);
}

Vector Sse41::integer_to_float(const Vector& a, DType to) {
  if (a.type == DType::u32) return cast_small(between_integers(a, DType::u64), to, 32);
  if (size_of(a.type) == 8) return to == DType::f64 ? wide_to_double(a) : wide_to_single(a);
  if (to == DType::f64) return spread(I::kIdCvtdq2pd, a, to);
  return each(I::kIdCvtdq2ps, as(a, to));
}

Vector Sse41::cast_small(const Vector& a, DType to, int length) {
  if (to == DType::f32 && length < 32) return integer_to_float(low_halves(a, DType::i32), to);
  // Under the exponent of 2^52 the number is a fraction.
  const Operand magic = literal(DType::u64, 0x4330000000000000u);
  const Vector exact = as(each(I::kIdPor, a, magic), DType::f64);
  onto(I::kIdSubpd, exact, magic);
  return to == DType::f64 ? exact : float_to_float(exact, to);
}

/// The halves become doubles by their place under a large exponent, exactly; their sum is rounded once.
Vector Sse41::wide_to_double(const Vector& a) {
  const bool has_sign = a.type == DType::i64;
  const Vector low = copy_of(constant(DType::u64, 0x4330000000000000u));  // 2^52
  for (int p = 0; p < 2; ++p) cc_.pblendw(low.part[p].xmm(), a.part[p].xmm(), 0x33);
  const Vector high = each(I::kIdPsrlq, a, 32);
  onto(I::kIdPxor, high, literal(DType::u64, has_sign ? 0x4530000080000000u : 0x4530000000000000u));   // 2^84 (+ 2^63)
  onto(I::kIdSubpd, high, literal(DType::u64, has_sign ? 0x4530000080100000u : 0x4530000000100000u));  // and 2^52
  onto(I::kIdAddpd, high, low);
  return as(high, DType::f64);
}

/// One by one, by an instruction for signed numbers. Of those that have a bit more the half is taken, with the lost bit
/// gathered in the lowest, and the result doubled: rounded the same.
Vector Sse41::wide_to_single(const Vector& a) {
  if (a.type == DType::i64) return signed_to_single(a);
  const Vector large = sign_mask(a);
  const Vector half = each(I::kIdPsrlq, a, 1);
  onto(I::kIdPor, half, each(I::kIdPand, a, literal(DType::u64, 1)));
  const Vector number = copy_of(a);
  choose(number, large, half);
  const Vector r = signed_to_single(number);
  onto(I::kIdAddps, r, each(I::kIdPand, narrow(large), r));
  return r;
}

Vector Sse41::signed_to_single(const Vector& a) {
  x86::Xmm pairs[2];
  for (int p = 0; p < 2; ++p) {
    x86::Xmm single[2];
    for (int lane = 0; lane < 2; ++lane) {
      const x86::Gp number = cc_.newInt64();
      cc_.pextrq(number, a.part[p].xmm(), lane);
      single[lane] = cc_.newXmm();
      cc_.xorps(single[lane], single[lane]);  // the instruction keeps the other lanes, and would wait for them
      cc_.cvtsi2ss(single[lane], number);
    }
    cc_.unpcklps(single[0], single[1]);
    pairs[p] = single[0];
  }
  cc_.movlhps(pairs[0], pairs[1]);
  Vector r;
  r.type = DType::f32;
  r.part[0] = pairs[0];
  return r;
}

Vector Sse41::float_to_float(const Vector& a, DType to) {
  return to == DType::f64 ? spread(I::kIdCvtps2pd, a, to) : join(I::kIdCvtpd2ps, a, to);
}

/// To u32, of a double: truncated, moved by 2^31 into the range of the instruction, and back.
Vector Sse41::double_to_unsigned(const Vector& a) {
  const Vector r = each(I::kIdMaxpd, a, literal(DType::f64, 0));  // gives its second operand for NaN
  onto(I::kIdMinpd, r, literal(DType::f64, float_bits(DType::f64, 4294967295.0)));
  for (int p = 0; p < 2; ++p) cc_.roundpd(r.part[p].xmm(), r.part[p].xmm(), kTruncate);
  onto(I::kIdSubpd, r, literal(DType::f64, float_bits(DType::f64, 0x1p31)));
  return flip_top_bit(join(I::kIdCvttpd2dq, r, DType::u32));
}

Vector Sse41::float_to_integer(const Vector& a, DType to) {
  if (size_of(to) == 1) {
    const bool has_sign = to == DType::i8;
    const Vector r = float_to_integer(a, DType::i32);
    onto(I::kIdPmaxsd, r, literal(DType::i32, has_sign ? 0xffffff80u : 0));
    onto(I::kIdPminsd, r, literal(DType::i32, has_sign ? 127 : 255));
    return as(r, to);
  }
  if (to == DType::u32) return double_to_unsigned(a.type == DType::f32 ? float_to_float(a, DType::f64) : a);
  // Below the range the instruction gives the smallest value; above and for NaN it does too. All its bits flipped are
  // the largest.
  const Vector r = a.type == DType::f32 ? as(each(I::kIdCvttps2dq, a), to) : join(I::kIdCvttpd2dq, a, to);
  const Vector above = narrow(float_lanes(a, literal(a.type, float_bits(a.type, 0x1p31)), kNotLess));
  onto(I::kIdPxor, r, above);
  onto(I::kIdPand, r, narrow(float_lanes(a, a, kOrdered)));
  return r;
}

}  // namespace lockstep::cpu::jit
