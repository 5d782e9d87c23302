// Casts and bit casts in AVX-512, with the engine's meaning (lockstep/arithmetic.hpp): floats saturate, NaN gives 0.
#include <bit>

#include "operations.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr int kLess = 0x11;          // LT_OQ
constexpr int kUnordered = 3;        // UNORD_Q
constexpr int kOrdered = 7;          // ORD_Q
constexpr int kGreaterEqual = 0x1d;  // GE_OQ
constexpr int kNotEqual = 4;         // NEQ_UQ: true for NaN

std::uint64_t float_bits(DType type, double value) {
  return type == DType::f32 ? std::bit_cast<std::uint32_t>(static_cast<float>(value))
                            : std::bit_cast<std::uint64_t>(value);
}

}  // namespace

x86::Ymm Operations::upper_half(const x86::Vec& v) {
  const x86::Ymm half = cc_.newYmm();
  cc_.vextracti64x4(half, v, 1);
  return half;
}

Vector Operations::cast(const Vector& a, DType to) {
  if (a.type == to) return a;
  if (a.type == DType::boolean) return from_bool(a, to);
  if (to == DType::boolean) return to_bool(a);
  if (is_floating(a.type)) return is_floating(to) ? float_to_float(a, to) : float_to_integer(a, to);
  return is_floating(to) ? integer_to_float(a, to) : between_integers(a, to);
}

Vector Operations::bitcast(const Vector& a, DType to) {
  if (size_of(a.type) == 1) return cast(a, to);  // a lane holds the value of a byte, extended by its sign
  Vector r = a;
  if (is_floating(a.type)) {
    const std::uint64_t nan = a.type == DType::f32 ? 0x7fc00000u : 0x7ff8000000000000u;
    r = blend(compare_mask(a, a, kUnordered), memory_.constant(a.type, nan), a);
  }
  r.type = to;
  return r;
}

Vector Operations::from_bool(const Vector& a, DType to) {
  const Vector one = memory_.constant(to, is_floating(to) ? float_bits(to, 1) : 1);
  return blend(a.mask, one, memory_.constant(to, 0));
}

Vector Operations::to_bool(const Vector& a) {
  Vector r;
  r.type = DType::boolean;
  r.mask = compare_mask(a, memory_.constant(a.type, 0), kNotEqual);
  return r;
}

Vector Operations::between_integers(const Vector& a, DType to) {
  Vector r = memory_.make(to);
  if (size_of(a.type) == 8 && size_of(to) == 8) {
    r = a;
    r.type = to;
  } else if (size_of(a.type) == 8) {
    const x86::Ymm high = cc_.newYmm();
    cc_.vpmovqd(r.part[0].ymm(), a.part[0]);
    cc_.vpmovqd(high, a.part[1]);
    cc_.vinserti64x4(r.part[0], r.part[0], high, 1);
    wrap(r);
  } else if (size_of(to) == 8) {
    const x86::Ymm high = upper_half(a.part[0]);
    if (is_signed(a.type)) {
      cc_.vpmovsxdq(r.part[0], a.part[0].ymm());
      cc_.vpmovsxdq(r.part[1], high);
    } else {
      cc_.vpmovzxdq(r.part[0], a.part[0].ymm());
      cc_.vpmovzxdq(r.part[1], high);
    }
  } else {
    cc_.vmovdqa32(r.part[0], a.part[0]);
    wrap(r);
  }
  return r;
}

Vector Operations::integer_to_float(const Vector& a, DType to) {
  Vector r = memory_.make(to);
  const bool is_unsigned_wide = a.type == DType::u64;
  if (size_of(a.type) != 8 && to == DType::f32) {
    if (a.type == DType::u32)
      cc_.vcvtudq2ps(r.part[0], a.part[0]);
    else
      cc_.vcvtdq2ps(r.part[0], a.part[0]);
  } else if (size_of(a.type) != 8) {
    const x86::Ymm halves[2] = {a.part[0].ymm(), upper_half(a.part[0])};
    for (int p = 0; p < 2; ++p) {
      if (a.type == DType::u32)
        cc_.vcvtudq2pd(r.part[p], halves[p]);
      else
        cc_.vcvtdq2pd(r.part[p], halves[p]);
    }
  } else if (to == DType::f64) {
    for (int p = 0; p < 2; ++p) {
      if (is_unsigned_wide)
        cc_.vcvtuqq2pd(r.part[p], a.part[p]);
      else
        cc_.vcvtqq2pd(r.part[p], a.part[p]);
    }
  } else {
    const x86::Ymm high = cc_.newYmm();
    if (is_unsigned_wide) {
      cc_.vcvtuqq2ps(r.part[0].ymm(), a.part[0]);
      cc_.vcvtuqq2ps(high, a.part[1]);
    } else {
      cc_.vcvtqq2ps(r.part[0].ymm(), a.part[0]);
      cc_.vcvtqq2ps(high, a.part[1]);
    }
    cc_.vinserti64x4(r.part[0], r.part[0], high, 1);
  }
  return r;
}

Vector Operations::float_to_float(const Vector& a, DType to) {
  Vector r = memory_.make(to);
  if (to == DType::f64) {
    cc_.vcvtps2pd(r.part[0], a.part[0].ymm());
    cc_.vcvtps2pd(r.part[1], upper_half(a.part[0]));
  } else {
    const x86::Ymm high = cc_.newYmm();
    cc_.vcvtpd2ps(r.part[0].ymm(), a.part[0]);
    cc_.vcvtpd2ps(high, a.part[1]);
    cc_.vinserti64x4(r.part[0], r.part[0], high, 1);
  }
  return r;
}

/// What the conversion instruction gives: the right value inside the range, a mark outside.
Vector Operations::truncate(const Vector& a, DType to) {
  Vector r = memory_.make(to);
  const bool uns = is_unsigned(to);
  if (a.type == DType::f32 && size_of(to) == 4) {
    if (uns)
      cc_.vcvttps2udq(r.part[0], a.part[0]);
    else
      cc_.vcvttps2dq(r.part[0], a.part[0]);
  } else if (a.type == DType::f32) {
    const x86::Ymm halves[2] = {a.part[0].ymm(), upper_half(a.part[0])};
    for (int p = 0; p < 2; ++p) {
      if (uns)
        cc_.vcvttps2uqq(r.part[p], halves[p]);
      else
        cc_.vcvttps2qq(r.part[p], halves[p]);
    }
  } else if (size_of(to) == 8) {
    for (int p = 0; p < 2; ++p) {
      if (uns)
        cc_.vcvttpd2uqq(r.part[p], a.part[p]);
      else
        cc_.vcvttpd2qq(r.part[p], a.part[p]);
    }
  } else {
    const x86::Ymm high = cc_.newYmm();
    if (uns) {
      cc_.vcvttpd2udq(r.part[0].ymm(), a.part[0]);
      cc_.vcvttpd2udq(high, a.part[1]);
    } else {
      cc_.vcvttpd2dq(r.part[0].ymm(), a.part[0]);
      cc_.vcvttpd2dq(high, a.part[1]);
    }
    cc_.vinserti64x4(r.part[0], r.part[0], high, 1);
  }
  return r;
}

Vector Operations::clamp(const Vector& a, std::int32_t low, std::int32_t high) {
  Vector r = memory_.make(a.type);
  cc_.vpmaxsd(r.part[0], a.part[0], memory_.constant(DType::i32, static_cast<std::uint32_t>(low)).part[0]);
  cc_.vpminsd(r.part[0], r.part[0], memory_.constant(DType::i32, static_cast<std::uint32_t>(high)).part[0]);
  return r;
}

Vector Operations::float_to_integer(const Vector& a, DType to) {
  if (size_of(to) == 1) {
    Vector r = float_to_integer(a, DType::i32);
    r = to == DType::i8 ? clamp(r, -128, 127) : clamp(r, 0, 255);
    r.type = to;
    return r;
  }
  const Vector zero = memory_.constant(to, 0);
  const Vector r = truncate(a, to);
  if (is_unsigned(to)) {
    // Above the range the instruction gives the largest value; below and for NaN it does too.
    const x86::KReg positive = compare_mask(memory_.constant(a.type, 0), a, kLess);
    return blend(positive, r, zero);
  }
  // Below the range the instruction gives the smallest value; above and for NaN it does too.
  const int bits = static_cast<int>(8 * size_of(to));
  const Vector limit = memory_.constant(a.type, float_bits(a.type, bits == 32 ? 0x1p31 : 0x1p63));
  const Vector largest = memory_.constant(to, bits == 32 ? 0x7fffffffu : 0x7fffffffffffffffu);
  const Vector saturated = blend(compare_mask(a, limit, kGreaterEqual), largest, r);
  return blend(compare_mask(a, a, kOrdered), saturated, zero);
}

}  // namespace lockstep::cpu::jit
