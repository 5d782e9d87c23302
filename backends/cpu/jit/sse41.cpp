// Memory, arithmetic, comparisons and selects in SSE4.1. Conversions are in sse41_conversions.cpp, shifts in
// sse41_shifts.cpp.
#include "sse41.hpp"

#include "dispatch.hpp"
#include "sse41_registers.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

constexpr std::size_t kKeptRegisters = 4;  // of sixteen
constexpr int kEqual = 0;
constexpr int kLess = 1;
constexpr int kLessEqual = 2;

x86::Mem element(DType type, const x86::Gp& base, const x86::Gp& index, int part, int ahead) {
  const int size = static_cast<int>(size_of(type));
  return x86::ptr(base, index, size == 8 ? 3 : size == 4 ? 2 : 0, part * 16 + ahead * size);
}

bool is_wide(DType type) { return size_of(type) == 8; }
std::uint64_t top_bit(DType type) { return is_wide(type) ? 0x8000000000000000u : 0x80000000u; }

}  // namespace

Vector Sse41::make(DType type) {
  Vector v;
  v.type = type;
  for (int p = 0; p < registers(type); ++p) v.part[p] = cc_.newXmm();
  return v;
}

Vector Sse41::as(Vector v, DType type) {
  v.type = type;
  return v;
}

Vector Sse41::copy_of(const Vector& v) {
  const Vector r = make(v.type);
  set(r, v);
  return r;
}

x86::Mem Sse41::in_memory(DType type, std::uint64_t bits) {
  if (type == DType::boolean) bits = bits ? ~std::uint64_t{0} : 0;
  if (type == DType::i8) bits = static_cast<std::uint64_t>(static_cast<std::int8_t>(bits));
  if (!is_wide(type)) bits = (bits << 32) | (bits & 0xffffffffu);
  const std::uint64_t lanes[2] = {bits, bits};
  return cc_.newConst(asmjit::ConstPoolScope::kLocal, lanes, sizeof lanes);
}

asmjit::Operand Sse41::literal(DType type, std::uint64_t bits) {
  for (const Constant& kept : kept_)
    if (kept.bits == bits && kept.vector.type == type) return kept.vector.part[0];
  const x86::Mem place = in_memory(type, bits);
  if (!prologue_ || kept_.size() == kKeptRegisters) return place;
  asmjit::BaseNode* const here = cc_.setCursor(prologue_);
  Vector v;
  v.type = type;
  v.part[0] = v.part[1] = cc_.newXmm();
  cc_.movaps(v.part[0].xmm(), place);
  prologue_ = cc_.setCursor(here);
  kept_.push_back({bits, v});
  return v.part[0];
}

Vector Sse41::constant(DType type, std::uint64_t bits) {
  const Operand operand = literal(type, bits);
  Vector v;
  v.type = type;
  v.part[0] = v.part[1] = operand.isReg() ? operand.as<x86::Xmm>() : cc_.newXmm();
  if (operand.isMem()) cc_.movaps(v.part[0].xmm(), operand.as<x86::Mem>());
  return v;
}

void Sse41::test_lanes(std::span<const Vector> conditions, bool when) {
  const Vector all = copy_of(conditions[0]);
  for (const Vector& condition : conditions.subspan(1)) onto(when ? I::kIdPor : I::kIdPand, all, condition);
  const x86::Gp lanes = cc_.newUInt32();
  cc_.movmskps(lanes, all.part[0].xmm());
  if (when)
    cc_.test(lanes, lanes);
  else
    cc_.cmp(lanes, 0xf);
}

Vector Sse41::zeros(DType type) {
  const Vector v = make(type);
  onto(I::kIdPxor, v, v);
  return v;
}

Vector Sse41::duplicate(const Vector& v) {
  const Vector r = make(v.type);
  set(r, v);
  return r;
}

void Sse41::set(const Vector& to, const Vector& from) {
  for (int p = 0; p < registers(to.type); ++p) cc_.movaps(to.part[p].xmm(), from.part[p].xmm());
}

Vector Sse41::lane_numbers() {
  const Vector v = make(DType::i64);
  for (std::uint32_t p = 0; p < 2; ++p) {
    cc_.movd(v.part[p].xmm(), cc_.newUInt32Const(asmjit::ConstPoolScope::kLocal, p == 0 ? 0x0100 : 0x0302));
    cc_.pmovzxbq(v.part[p].xmm(), v.part[p].xmm());
  }
  return v;
}

Vector Sse41::broadcast(const x86::Gp& value) {
  Vector v;
  v.type = DType::i64;
  const x86::Xmm all = cc_.newXmm();
  v.part[0] = v.part[1] = all;
  cc_.movq(all, value);
  cc_.punpcklqdq(all, all);
  return v;
}

Vector Sse41::broadcast(DType type, x86::Mem from) {
  Vector v;
  v.type = type;
  const x86::Xmm all = cc_.newXmm();
  v.part[0] = v.part[1] = all;
  from.setSize(static_cast<std::uint32_t>(size_of(type)));
  if (is_wide(type)) {
    cc_.movddup(all, from);
    return v;
  }
  if (size_of(type) == 1) {
    const x86::Gp value = cc_.newUInt32();
    cc_.emit(type == DType::i8 ? I::kIdMovsx : I::kIdMovzx, value, from);
    cc_.movd(all, value);
  } else {
    cc_.movd(all, from);
  }
  cc_.pshufd(all, all, 0);
  return type == DType::boolean ? to_bool(as(v, DType::u8)) : v;
}

Vector Sse41::load(DType type, const x86::Gp& base, const x86::Gp& index, const x86::KReg*, int ahead) {
  const Vector v = make(type);
  if (size_of(type) == 1) {
    x86::Mem from = element(type, base, index, 0, ahead);
    from.setSize(4);
    cc_.emit(type == DType::i8 ? I::kIdPmovsxbd : I::kIdPmovzxbd, v.part[0], from);
    return type == DType::boolean ? to_bool(as(v, DType::u8)) : v;
  }
  for (int p = 0; p < registers(type); ++p) cc_.movups(v.part[p].xmm(), element(type, base, index, p, ahead));
  return v;
}

/// Each 32-bit lane has its value in the low byte.
void Sse41::store_bytes(const Vector& v, const x86::Mem& to) {
  const Vector bytes = v.type == DType::boolean ? each(I::kIdPand, v, literal(DType::u32, 1)) : copy_of(v);
  onto(I::kIdPshufb, bytes, literal(DType::u32, 0x0c080400u));
  cc_.movd(to, bytes.part[0].xmm());
}

void Sse41::store(const Vector& v, const x86::Gp& base, const x86::Gp& index, const x86::KReg*, int ahead) {
  x86::Mem to = element(v.type, base, index, 0, ahead);
  if (size_of(v.type) == 1) {
    to.setSize(4);
    return store_bytes(v, to);
  }
  for (int p = 0; p < registers(v.type); ++p)
    cc_.emit(streams_ ? I::kIdMovntps : I::kIdMovups, element(v.type, base, index, p, ahead), v.part[p]);
}

void Sse41::onto(Id id, const Vector& to, const Vector& b) {
  for (int p = 0; p < registers(to.type); ++p) cc_.emit(id, to.part[p], b.part[p]);
}
void Sse41::onto(Id id, const Vector& to, const Operand& b) {
  for (int p = 0; p < registers(to.type); ++p) cc_.emit(id, to.part[p], b);
}
Vector Sse41::each(Id id, const Vector& a) {
  const Vector r = make(a.type);
  onto(id, r, a);
  return r;
}

bool Sse41::has(Op op, DType operand, DType result) const {
  if (op == Op::cast && is_floating(operand) && (result == DType::i64 || result == DType::u64)) return false;
  return has_instruction(op, operand);
}

Vector Sse41::emit(Op op, DType result, const Vector& a, const Vector& b, const Vector& c) {
  return dispatch(*this, op, result, a, b, c);
}

Vector Sse41::sqrt(const Vector& a) { return each(is_wide(a.type) ? I::kIdSqrtpd : I::kIdSqrtps, a); }

/// 8-bit values back into their range after an operation on 32-bit lanes, in place.
Vector Sse41::wrap(const Vector& v) {
  if (v.type == DType::u8) onto(I::kIdPand, v, literal(DType::u32, 0xff));
  if (v.type != DType::i8) return v;
  onto(I::kIdPslld, v, 24);
  onto(I::kIdPsrad, v, 24);
  return v;
}

Vector Sse41::arithmetic(Op op, const Vector& a, const Vector& b) {
  struct Row {
    Id f32, f64, i32, i64;
  };
  static constexpr Row kAdd{I::kIdAddps, I::kIdAddpd, I::kIdPaddd, I::kIdPaddq};
  static constexpr Row kSub{I::kIdSubps, I::kIdSubpd, I::kIdPsubd, I::kIdPsubq};
  static constexpr Row kMul{I::kIdMulps, I::kIdMulpd, I::kIdPmulld, 0};
  static constexpr Row kDiv{I::kIdDivps, I::kIdDivpd, 0, 0};
  const bool wide = is_wide(a.type);
  const Row& row = op == Op::add ? kAdd : op == Op::sub ? kSub : op == Op::mul ? kMul : kDiv;
  const Id id = is_floating(a.type) ? (wide ? row.f64 : row.f32) : (wide ? row.i64 : row.i32);
  if (id) return wrap(each(id, a, b));
  const Vector r = copy_of(a);
  for (int p = 0; p < 2; ++p) multiply_64(cc_, r.part[p], b.part[p]);
  return r;
}

Vector Sse41::multiply_small(const Vector& a, const Vector& b) { return each(I::kIdPmuludq, a, b); }

Vector Sse41::sign_mask(const Vector& a) {
  if (!is_wide(a.type)) return each(I::kIdPsrad, a, 31);
  Vector r = make(a.type);
  for (int p = 0; p < 2; ++p) r.part[p] = sign_64(cc_, a.part[p]);
  return r;
}

Vector Sse41::neg(const Vector& a) {
  if (is_floating(a.type)) return each(I::kIdPxor, a, literal(a.type, top_bit(a.type)));
  const Vector r = zeros(a.type);
  onto(is_wide(a.type) ? I::kIdPsubq : I::kIdPsubd, r, a);
  return wrap(r);
}

Vector Sse41::abs(const Vector& a) {
  if (is_floating(a.type)) return each(I::kIdPand, a, literal(a.type, top_bit(a.type) - 1));
  if (!is_signed(a.type)) return a;
  if (!is_wide(a.type)) return wrap(each(I::kIdPabsd, a));
  const Vector sign = sign_mask(a);
  const Vector r = each(I::kIdPxor, a, sign);
  onto(I::kIdPsubq, r, sign);
  return r;
}

Vector Sse41::extreme(bool is_max, const Vector& a, const Vector& b) {
  const bool wide = is_wide(a.type);
  return each(is_max ? (wide ? I::kIdMaxpd : I::kIdMaxps) : (wide ? I::kIdMinpd : I::kIdMinps), a, b);
}

Vector Sse41::fma(const Vector& a, const Vector& b, const Vector& c, bool minus_product, bool minus_c) {
  if (minus_product) return fma(neg(a), b, c, false, minus_c);
  if (minus_c) return fma(a, b, neg(c), false, false);
  Vector r;
  r.type = a.type;
  for (int p = 0; p < registers(a.type); ++p)
    r.part[p] = is_wide(a.type) ? fma_.call_double(a.part[p], b.part[p], c.part[p])
                                : fma_.call_single(a.part[p], b.part[p], c.part[p]);
  return r;
}

Vector Sse41::bitwise(Op op, const Vector& a, const Vector& b) {
  return each(op == Op::bit_and ? I::kIdPand : op == Op::bit_or ? I::kIdPor : I::kIdPxor, a, b);
}

Vector Sse41::bit_not(const Vector& a) {
  return wrap(each(I::kIdPxor, a, literal(bits_of(a.type), ~std::uint64_t{0})));
}

Vector Sse41::equal_lanes(const Vector& a, const Vector& b) {
  return each(is_wide(a.type) ? I::kIdPcmpeqq : I::kIdPcmpeqd, a, b);
}

Vector Sse41::flip_top_bit(const Vector& a) { return each(I::kIdPxor, a, literal(bits_of(a.type), top_bit(a.type))); }

Vector Sse41::less_lanes(const Vector& a, const Vector& b) {
  // u8 is positive in its 32-bit lane.
  const bool flips = a.type == DType::u32 || a.type == DType::u64;
  const Vector low = flips ? flip_top_bit(a) : a;
  const Vector high = flips ? flip_top_bit(b) : b;
  if (!is_wide(a.type)) return each(I::kIdPcmpgtd, high, low);
  Vector r = make(a.type);
  for (int p = 0; p < 2; ++p) r.part[p] = greater_64(cc_, high.part[p], low.part[p]);
  return r;
}

Vector Sse41::float_lanes(const Vector& a, const Operand& b, int predicate) {
  const Vector r = copy_of(a);
  for (int p = 0; p < registers(a.type); ++p)
    cc_.emit(is_wide(a.type) ? I::kIdCmppd : I::kIdCmpps, r.part[p], b, asmjit::Imm(predicate));
  return r;
}

Vector Sse41::float_lanes(const Vector& a, const Vector& b, int predicate) {
  const Vector r = copy_of(a);
  for (int p = 0; p < registers(a.type); ++p)
    cc_.emit(is_wide(a.type) ? I::kIdCmppd : I::kIdCmpps, r.part[p], b.part[p], asmjit::Imm(predicate));
  return r;
}

Vector Sse41::narrow(const Vector& lanes) {
  return as(is_wide(lanes.type) ? low_halves(lanes, DType::u32) : lanes, DType::boolean);
}

Vector Sse41::widen(const Vector& boolean, DType type) {
  if (!is_wide(type)) return as(boolean, type);
  constexpr int kTwice[2] = {0x50, 0xfa};  // each of two lanes twice
  const Vector r = make(type);
  for (int p = 0; p < 2; ++p) cc_.pshufd(r.part[p].xmm(), boolean.part[0].xmm(), kTwice[p]);
  return r;
}

Vector Sse41::compare(Op op, const Vector& a, const Vector& b) {
  if (is_floating(a.type)) return narrow(float_lanes(a, b, op == Op::eq ? kEqual : op == Op::lt ? kLess : kLessEqual));
  if (op == Op::eq) return narrow(equal_lanes(a, b));
  // True is all bits, which is less than none as a number: of bools the operands change places.
  const bool swapped = (a.type == DType::boolean) != (op == Op::le);
  const Vector less = narrow(swapped ? less_lanes(b, a) : less_lanes(a, b));
  return op == Op::lt ? less : bit_not(less);
}

void Sse41::choose(const Vector& to, const Vector& lanes, const Vector& a) {
  for (int p = 0; p < registers(to.type); ++p) blend(cc_, to.part[p], a.part[p], lanes.part[p]);
}

Vector Sse41::select(const Vector& condition, const Vector& a, const Vector& b) {
  const Vector r = copy_of(b);
  choose(r, widen(condition, a.type), a);
  return r;
}

}  // namespace lockstep::cpu::jit
