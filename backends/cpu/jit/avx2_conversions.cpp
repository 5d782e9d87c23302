// Casts and bit casts in AVX2, with the engine's meaning (lockstep/arithmetic.hpp): floats saturate, NaN gives 0.
#include <bit>

#include "avx2.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

constexpr int kUnordered = 3;        // UNORD_Q
constexpr int kOrdered = 7;          // ORD_Q
constexpr int kGreaterEqual = 0x1d;  // GE_OQ
constexpr int kNotEqual = 4;         // NEQ_UQ: true for NaN

constexpr int kTruncate = 3 | 8;  // of vround: toward zero, no flags

std::uint64_t float_bits(DType type, double value) {
  return type == DType::f32 ? std::bit_cast<std::uint32_t>(static_cast<float>(value))
                            : std::bit_cast<std::uint64_t>(value);
}

}  // namespace

x86::Xmm Avx2::upper(const x86::Vec& v) {
  const x86::Xmm high = cc_.newXmm();
  cc_.vextracti128(high, v, 1);
  return high;
}

void Avx2::join(const x86::Vec& to, const x86::Vec& low, const x86::Vec& high) {
  cc_.vinserti128(to, low.ymm(), high.xmm(), 1);
}

Vector Avx2::cast(const Vector& a, DType to) {
  if (a.type == to) return a;
  if (a.type == DType::boolean) {
    const Vector lanes = widen(a, to);
    return each(I::kIdVpand, lanes, constant(to, is_floating(to) ? float_bits(to, 1) : 1));
  }
  if (to == DType::boolean) {
    const Vector zero = constant(a.type, 0);
    return as(is_floating(a.type) ? float_lanes(a, zero, kNotEqual) : bit_not(as(equal_lanes(a, zero), bits_of(a))),
              DType::boolean);
  }
  if (is_floating(a.type)) return is_floating(to) ? float_to_float(a, to) : float_to_integer(a, to);
  return is_floating(to) ? integer_to_float(a, to) : between_integers(a, to);
}

DType Avx2::bits_of(const Vector& a) { return size_of(a.type) == 8 ? DType::u64 : DType::u32; }

Vector Avx2::bitcast(const Vector& a, DType to) {
  if (size_of(a.type) == 1) return cast(a, to);  // a lane holds the value of a byte, extended by its sign
  if (!is_floating(a.type)) return as(a, to);
  const Vector nan = constant(a.type, a.type == DType::f32 ? 0x7fc00000u : 0x7ff8000000000000u);
  return as(choose(float_lanes(a, a, kUnordered), nan, a), to);
}

/// The low 32 bits of each 64-bit lane.
Vector Avx2::low_halves(const Vector& a, DType to) {
  const Vector r = make(to);
  cc_.vshufps(r.part[0], a.part[0], a.part[1], 0x88);
  cc_.vpermq(r.part[0], r.part[0], 0xd8);
  return r;
}

Vector Avx2::between_integers(const Vector& a, DType to) {
  const bool from_wide = size_of(a.type) == 8;
  const bool to_wide = size_of(to) == 8;
  if (from_wide && !to_wide) return wrap(low_halves(a, to));
  if (from_wide == to_wide) return wrap(as(a, to));
  const Vector r = make(to);
  const asmjit::InstId extend = is_signed(a.type) ? I::kIdVpmovsxdq : I::kIdVpmovzxdq;
  cc_.emit(extend, r.part[0], a.part[0].xmm());
  cc_.emit(extend, r.part[1], upper(a.part[0]));
  return r;
}

Vector Avx2::integer_to_float(const Vector& a, DType to) {
  if (size_of(a.type) == 8) return to == DType::f64 ? wide_to_double(a) : wide_to_single(a);
  if (a.type == DType::u32) {
    // Exact in f64, from there rounded once.
    const Vector exact = wide_to_double(between_integers(a, DType::u64));
    return to == DType::f64 ? exact : float_to_float(exact, to);
  }
  const Vector r = make(to);
  if (to == DType::f32) {
    cc_.vcvtdq2ps(r.part[0], a.part[0]);
    return r;
  }
  cc_.vcvtdq2pd(r.part[0], a.part[0].xmm());
  cc_.vcvtdq2pd(r.part[1], upper(a.part[0]));
  return r;
}

Vector Avx2::cast_small(const Vector& a, DType to, int length) {
  if (to == DType::f32 && length < 32) return integer_to_float(low_halves(a, DType::i32), to);
  // Under the exponent of 2^52 the number is a fraction.
  const Vector magic = constant(DType::u64, 0x4330000000000000u);
  const Vector exact =
      each(I::kIdVsubpd, as(each(I::kIdVpor, a, as(magic, a.type)), DType::f64), as(magic, DType::f64));
  return to == DType::f64 ? exact : float_to_float(exact, to);
}

/// The halves become doubles by their place under a large exponent, exactly; their sum is rounded once.
Vector Avx2::wide_to_double(const Vector& a) {
  const bool has_sign = a.type == DType::i64;
  const Vector low_magic = constant(DType::u64, 0x4330000000000000u);  // 2^52
  const Vector high_magic =
      constant(DType::u64, has_sign ? 0x4530000080000000u : 0x4530000000000000u);  // 2^84 (+ 2^63)
  const Vector both =
      constant(DType::f64, has_sign ? 0x4530000080100000u : 0x4530000000100000u);  // 2^84 + 2^52 (+ 2^63)
  const Vector low = make(DType::f64);
  for (int p = 0; p < 2; ++p) cc_.vpblendd(low.part[p], low_magic.part[p], a.part[p], 0x55);
  const Vector high = as(each(I::kIdVpxor, each_immediate(I::kIdVpsrlq, a, 32), high_magic), DType::f64);
  return each(I::kIdVaddpd, each(I::kIdVsubpd, high, both), low);
}

/// Through f64, with what does not fit its 53 bits gathered in the lowest bit that counts, so that rounding twice gives
/// what rounding once does.
Vector Avx2::wide_to_single(const Vector& a) {
  const Vector zero = constant(DType::i64, 0);
  const bool has_sign = a.type == DType::i64;
  const Vector sign = has_sign ? as(sign_mask(a), DType::u64) : constant(DType::u64, 0);
  const Vector magnitude = as(has_sign ? each(I::kIdVpsubq, each(I::kIdVpxor, a, sign), sign) : a, DType::u64);
  const Vector rest = each(I::kIdVpand, magnitude, constant(DType::u64, 0x7ff));
  const Vector sticky = each(I::kIdVpandn, equal_lanes(rest, as(zero, DType::u64)), constant(DType::u64, 0x800));
  const Vector gathered =
      each(I::kIdVpor, each(I::kIdVpand, magnitude, constant(DType::u64, ~std::uint64_t{0x7ff})), sticky);
  const Vector is_small = equal_lanes(each_immediate(I::kIdVpsrlq, magnitude, 53), as(zero, DType::u64));
  const Vector value = wide_to_double(choose(is_small, magnitude, gathered));
  const Vector top = each(I::kIdVpand, sign, constant(DType::u64, 0x8000000000000000u));
  return float_to_float(as(each(I::kIdVpor, value, top), DType::f64), DType::f32);
}

Vector Avx2::float_to_float(const Vector& a, DType to) {
  const Vector r = make(to);
  if (to == DType::f64) {
    cc_.vcvtps2pd(r.part[0], a.part[0].xmm());
    cc_.vcvtps2pd(r.part[1], upper(a.part[0]));
    return r;
  }
  const x86::Xmm high = cc_.newXmm();
  cc_.vcvtpd2ps(r.part[0].xmm(), a.part[0]);
  cc_.vcvtpd2ps(high, a.part[1]);
  join(r.part[0], r.part[0], high);
  return r;
}

/// To u32, of a double: truncated, moved by 2^31 into the range of the instruction, and back.
Vector Avx2::double_to_unsigned(const Vector& a) {
  const Vector zero = constant(DType::f64, 0);
  const Vector most = constant(DType::f64, float_bits(DType::f64, 4294967295.0));
  // vmax gives its second operand for NaN.
  const Vector clamped = each(I::kIdVminpd, each(I::kIdVmaxpd, a, zero), most);
  const Vector moved = each(I::kIdVsubpd, each_immediate(I::kIdVroundpd, clamped, kTruncate),
                            constant(DType::f64, float_bits(DType::f64, 0x1p31)));
  const Vector r = make(DType::u32);
  const x86::Xmm high = cc_.newXmm();
  cc_.vcvttpd2dq(r.part[0].xmm(), moved.part[0]);
  cc_.vcvttpd2dq(high, moved.part[1]);
  join(r.part[0], r.part[0], high);
  return flip_top_bit(r);
}

Vector Avx2::float_to_integer(const Vector& a, DType to) {
  if (size_of(to) == 1) {
    const bool has_sign = to == DType::i8;
    const Vector wide = float_to_integer(a, DType::i32);
    const Vector low = constant(DType::i32, has_sign ? 0xffffff80u : 0),
                 high = constant(DType::i32, has_sign ? 127 : 255);
    return as(each(I::kIdVpminsd, each(I::kIdVpmaxsd, wide, low), high), to);
  }
  if (to == DType::u32) return double_to_unsigned(a.type == DType::f32 ? float_to_float(a, DType::f64) : a);
  // Below the range the instruction gives the smallest value; above and for NaN it does too.
  const Vector r = make(DType::i32);
  if (a.type == DType::f32) {
    cc_.vcvttps2dq(r.part[0], a.part[0]);
  } else {
    const x86::Xmm high = cc_.newXmm();
    cc_.vcvttpd2dq(r.part[0].xmm(), a.part[0]);
    cc_.vcvttpd2dq(high, a.part[1]);
    join(r.part[0], r.part[0], high);
  }
  const Vector limit = constant(a.type, float_bits(a.type, 0x1p31));
  const Vector above = narrow(as(float_lanes(a, limit, kGreaterEqual), DType::boolean));
  const Vector number = narrow(as(float_lanes(a, a, kOrdered), DType::boolean));
  const Vector saturated = choose(above, constant(DType::i32, 0x7fffffffu), r);
  return each(I::kIdVpand, saturated, number);
}

}  // namespace lockstep::cpu::jit
