// Arithmetic, bits, comparisons and selects in AVX-512. Conversions are in conversions.cpp.
#include "operations.hpp"

#include "dispatch.hpp"

namespace lockstep::cpu::jit {
namespace {

// Immediates of vcmp for floats and of vpcmp for integers.
constexpr int kEqual = 0;         // EQ_OQ
constexpr int kLess = 0x11;       // LT_OQ
constexpr int kLessEqual = 0x12;  // LE_OQ

}  // namespace

Vector Operations::emit(Op op, DType result, const Vector& a, const Vector& b, const Vector& c) {
  return dispatch(*this, op, result, a, b, c);
}

Vector Operations::each(const Vector& a, One f) {
  Vector r = memory_.make(a.type);
  for (int p = 0; p < parts(a.type); ++p) f(cc_, r.part[p], a.part[p]);
  return r;
}

Vector Operations::each(const Vector& a, const Vector& b, Two f) {
  Vector r = memory_.make(a.type);
  for (int p = 0; p < parts(a.type); ++p) f(cc_, r.part[p], a.part[p], b.part[p]);
  return r;
}

void Operations::wrap(Vector& v) {
  if (v.type == DType::i8) {
    cc_.vpslld(v.part[0], v.part[0], 24);
    cc_.vpsrad(v.part[0], v.part[0], 24);
  } else if (v.type == DType::u8) {
    cc_.vpandd(v.part[0], v.part[0], memory_.constant(DType::u32, 0xff).part[0]);
  }
}

#define LOCKSTEP_EACH(instruction) \
  [](x86::Compiler& cc, const x86::Vec& to, const x86::Vec& x, const x86::Vec& y) { return cc.instruction(to, x, y); }

Vector Operations::arithmetic(Op op, const Vector& a, const Vector& b) {
  struct Row {
    Two f32, f64, i32, i64;
  };
  static constexpr Row kAdd{LOCKSTEP_EACH(vaddps), LOCKSTEP_EACH(vaddpd), LOCKSTEP_EACH(vpaddd), LOCKSTEP_EACH(vpaddq)};
  static constexpr Row kSub{LOCKSTEP_EACH(vsubps), LOCKSTEP_EACH(vsubpd), LOCKSTEP_EACH(vpsubd), LOCKSTEP_EACH(vpsubq)};
  static constexpr Row kMul{LOCKSTEP_EACH(vmulps), LOCKSTEP_EACH(vmulpd), LOCKSTEP_EACH(vpmulld),
                            LOCKSTEP_EACH(vpmullq)};
  static constexpr Row kDiv{LOCKSTEP_EACH(vdivps), LOCKSTEP_EACH(vdivpd), nullptr, nullptr};
  const Row& row = op == Op::add ? kAdd : op == Op::sub ? kSub : op == Op::mul ? kMul : kDiv;
  const Two f = a.type == DType::f32   ? row.f32
                : a.type == DType::f64 ? row.f64
                : size_of(a.type) == 8 ? row.i64
                                       : row.i32;
  Vector r = each(a, b, f);
  wrap(r);
  return r;
}

Vector Operations::neg(const Vector& a) {
  if (is_floating(a.type)) {
    const std::uint64_t sign = a.type == DType::f32 ? 0x80000000u : 0x8000000000000000u;
    return each(a, memory_.constant(a.type, sign), LOCKSTEP_EACH(vpxord));
  }
  return arithmetic(Op::sub, memory_.constant(a.type, 0), a);
}

Vector Operations::sqrt(const Vector& a) {
  return a.type == DType::f32
             ? each(a, [](x86::Compiler& cc, const x86::Vec& r, const x86::Vec& x) { return cc.vsqrtps(r, x); })
             : each(a, [](x86::Compiler& cc, const x86::Vec& r, const x86::Vec& x) { return cc.vsqrtpd(r, x); });
}

Vector Operations::extreme(bool is_max, const Vector& a, const Vector& b) {
  if (a.type == DType::f32) return each(a, b, is_max ? Two{LOCKSTEP_EACH(vmaxps)} : Two{LOCKSTEP_EACH(vminps)});
  return each(a, b, is_max ? Two{LOCKSTEP_EACH(vmaxpd)} : Two{LOCKSTEP_EACH(vminpd)});
}

Vector Operations::abs(const Vector& a) {
  if (is_floating(a.type)) {
    const std::uint64_t rest = a.type == DType::f32 ? 0x7fffffffu : 0x7fffffffffffffffu;
    return each(a, memory_.constant(a.type, rest), LOCKSTEP_EACH(vpandd));
  }
  if (!is_signed(a.type)) return a;
  Vector r = size_of(a.type) == 8
                 ? each(a, [](x86::Compiler& cc, const x86::Vec& to, const x86::Vec& x) { return cc.vpabsq(to, x); })
                 : each(a, [](x86::Compiler& cc, const x86::Vec& to, const x86::Vec& x) { return cc.vpabsd(to, x); });
  wrap(r);
  return r;
}

Vector Operations::fma(const Vector& a, const Vector& b, const Vector& c, bool minus_product, bool minus_c) {
  Vector r = memory_.make(a.type);
  for (int p = 0; p < parts(a.type); ++p) {
    cc_.vmovaps(r.part[p], a.part[p]);
    cc_.emit(fma_instruction(a.type, minus_product, minus_c), r.part[p], b.part[p], c.part[p]);
  }
  return r;
}

Vector Operations::bitwise(Op op, const Vector& a, const Vector& b) {
  if (a.type == DType::boolean) {
    const Vector r = memory_.make(a.type);
    if (op == Op::bit_and)
      cc_.kandw(r.mask, a.mask, b.mask);
    else if (op == Op::bit_or)
      cc_.korw(r.mask, a.mask, b.mask);
    else
      cc_.kxorw(r.mask, a.mask, b.mask);
    return r;
  }
  return each(a, b,
              op == Op::bit_and  ? Two{LOCKSTEP_EACH(vpandd)}
              : op == Op::bit_or ? Two{LOCKSTEP_EACH(vpord)}
                                 : Two{LOCKSTEP_EACH(vpxord)});
}

Vector Operations::bit_not(const Vector& a) {
  if (a.type == DType::boolean) {
    const Vector r = memory_.make(a.type);
    cc_.knotw(r.mask, a.mask);
    return r;
  }
  Vector r = each(a, memory_.constant(size_of(a.type) == 8 ? DType::u64 : DType::u32, ~std::uint64_t{0}),
                  LOCKSTEP_EACH(vpxord));
  wrap(r);
  return r;
}

Vector Operations::shift(Op op, const Vector& a, const Vector& b) {
  const bool wide = size_of(a.type) == 8;
  const Vector counts =
      each(b, memory_.constant(wide ? DType::u64 : DType::u32, 8 * size_of(a.type) - 1), LOCKSTEP_EACH(vpandd));
  const Two f = op == Op::shl       ? (wide ? Two{LOCKSTEP_EACH(vpsllvq)} : Two{LOCKSTEP_EACH(vpsllvd)})
                : is_signed(a.type) ? (wide ? Two{LOCKSTEP_EACH(vpsravq)} : Two{LOCKSTEP_EACH(vpsravd)})
                                    : (wide ? Two{LOCKSTEP_EACH(vpsrlvq)} : Two{LOCKSTEP_EACH(vpsrlvd)});
  Vector r = each(a, counts, f);
  wrap(r);
  return r;
}

Vector Operations::shift_by(Op op, const Vector& a, int count) {
  namespace I = x86::Inst;
  const bool wide = size_of(a.type) == 8;
  const asmjit::InstId id = op == Op::shl       ? (wide ? I::kIdVpsllq : I::kIdVpslld)
                            : is_signed(a.type) ? (wide ? I::kIdVpsraq : I::kIdVpsrad)
                                                : (wide ? I::kIdVpsrlq : I::kIdVpsrld);
  Vector r = memory_.make(a.type);
  for (int p = 0; p < parts(a.type); ++p) cc_.emit(id, r.part[p], a.part[p], asmjit::Imm(count));
  wrap(r);
  return r;
}

x86::KReg Operations::compare_mask(const Vector& a, const Vector& b, int immediate) {
  x86::KReg masks[2];
  for (int p = 0; p < parts(a.type); ++p) {
    masks[p] = cc_.newKw();
    if (a.type == DType::f32)
      cc_.vcmpps(masks[p], a.part[p], b.part[p], immediate);
    else if (a.type == DType::f64)
      cc_.vcmppd(masks[p], a.part[p], b.part[p], immediate);
    else if (a.type == DType::i64)
      cc_.vpcmpq(masks[p], a.part[p], b.part[p], immediate & 7);
    else if (a.type == DType::u64)
      cc_.vpcmpuq(masks[p], a.part[p], b.part[p], immediate & 7);
    else if (a.type == DType::u32)
      cc_.vpcmpud(masks[p], a.part[p], b.part[p], immediate & 7);
    else
      cc_.vpcmpd(masks[p], a.part[p], b.part[p], immediate & 7);
  }
  if (parts(a.type) == 1) return masks[0];
  const x86::KReg both = cc_.newKw();
  cc_.kunpckbw(both, masks[1], masks[0]);
  return both;
}

Vector Operations::compare_masks(Op op, const Vector& a, const Vector& b) {
  const Vector r = memory_.make(DType::boolean);
  if (op == Op::eq) {
    cc_.kxnorw(r.mask, a.mask, b.mask);
  } else if (op == Op::lt) {
    cc_.kandnw(r.mask, a.mask, b.mask);  // not a, and b
  } else {
    const x86::KReg greater = cc_.newKw();
    cc_.kandnw(greater, b.mask, a.mask);
    cc_.knotw(r.mask, greater);
  }
  return r;
}

Vector Operations::compare(Op op, const Vector& a, const Vector& b) {
  if (a.type == DType::boolean) return compare_masks(op, a, b);
  Vector r;
  r.type = DType::boolean;
  r.mask = compare_mask(a, b, op == Op::eq ? kEqual : op == Op::lt ? kLess : kLessEqual);
  return r;
}

Vector Operations::blend(const x86::KReg& mask, const Vector& a, const Vector& b) {
  Vector r = memory_.make(a.type);
  // Not by vpblendm: of a masked instruction AsmJit believes that it reads its result, which would then hold a
  // register, or a place on the stack, all through the loop.
  for (int p = 0; p < parts(a.type); ++p) {
    cc_.vmovaps(r.part[p], b.part[p]);
    if (size_of(a.type) == 8)
      cc_.k(p == 0 ? mask : memory_.high(mask)).vmovapd(r.part[p], a.part[p]);
    else
      cc_.k(mask).vmovaps(r.part[p], a.part[p]);
  }
  return r;
}

Vector Operations::select(const Vector& condition, const Vector& a, const Vector& b) {
  if (a.type != DType::boolean) return blend(condition.mask, a, b);
  const Vector r = memory_.make(DType::boolean);
  const x86::KReg yes = cc_.newKw();
  const x86::KReg no = cc_.newKw();
  cc_.kandw(yes, condition.mask, a.mask);
  cc_.kandnw(no, condition.mask, b.mask);
  cc_.korw(r.mask, yes, no);
  return r;
}

#undef LOCKSTEP_EACH

}  // namespace lockstep::cpu::jit
