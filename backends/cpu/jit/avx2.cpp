// Memory, arithmetic, comparisons and selects in AVX2 and FMA. Conversions are in avx2_conversions.cpp.
#include "avx2.hpp"

#include "dispatch.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

constexpr std::size_t kKeptRegisters = 4;  // of sixteen
constexpr int kEqual = 0;                  // EQ_OQ
constexpr int kLess = 0x11;                // LT_OQ
constexpr int kLessEqual = 0x12;           // LE_OQ

x86::Mem element(DType type, const x86::Gp& base, const x86::Gp& index, int part, int ahead) {
  const int size = static_cast<int>(size_of(type));
  return x86::ptr(base, index, size == 8 ? 3 : size == 4 ? 2 : 0, part * 32 + ahead * size);
}

bool is_wide(DType type) { return size_of(type) == 8; }
DType bits_type(DType type) { return is_wide(type) ? DType::u64 : DType::u32; }

}  // namespace

Vector Avx2::make(DType type) {
  Vector v;
  v.type = type;
  for (int p = 0; p < registers(type); ++p) v.part[p] = cc_.newYmm();
  return v;
}

Vector Avx2::make_like(const Vector& a, const Vector& b) {
  Vector r;
  r.type = a.type;
  r.is_split = a.is_split;
  r.part[0] = cc_.newYmm();
  if (registers(a) == 2) r.part[1] = distinct(a) == 1 && distinct(b) == 1 ? r.part[0] : x86::Vec(cc_.newYmm());
  return r;
}

Vector Avx2::as(Vector v, DType type) const {
  v.is_split = type == DType::boolean && registers(v) == 2;
  v.type = type;
  return v;
}

Vector Avx2::constant(DType type, std::uint64_t bits) {
  for (const Kept& kept : kept_)
    if (kept.bits == bits && kept.vector.type == type) return kept.vector;
  const auto scope = asmjit::ConstPoolScope::kLocal;
  std::uint64_t lane = bits;
  if (type == DType::boolean) lane = bits ? ~std::uint64_t{0} : 0;
  if (type == DType::i8) lane = static_cast<std::uint64_t>(static_cast<std::int8_t>(bits));
  const x86::Mem place =
      is_wide(type) ? cc_.newUInt64Const(scope, lane) : cc_.newUInt32Const(scope, static_cast<std::uint32_t>(lane));
  if (!prologue_ || kept_.size() == kKeptRegisters) return spread(type, place);
  asmjit::BaseNode* const here = cc_.setCursor(prologue_);
  kept_.push_back({bits, spread(type, place)});
  prologue_ = cc_.setCursor(here);
  return kept_.back().vector;
}

Vector Avx2::spread(DType type, const x86::Mem& from) {
  Vector v;
  v.type = type;
  v.part[0] = v.part[1] = cc_.newYmm();
  cc_.emit(is_wide(type) ? I::kIdVpbroadcastq : I::kIdVpbroadcastd, v.part[0], from);
  return v;
}

void Avx2::test_lanes(std::span<const Vector> conditions, bool when) {
  // In any order.
  const auto in_one = [&](const Vector& condition) -> x86::Vec {
    if (!condition.is_split) return condition.part[0];
    const x86::Ymm both = cc_.newYmm();
    cc_.vpackssdw(both, condition.part[0], condition.part[1]);
    return both;
  };
  x86::Vec all = in_one(conditions[0]);
  for (const Vector& condition : conditions.subspan(1)) {
    const x86::Ymm joined = cc_.newYmm();
    cc_.emit(when ? I::kIdVpor : I::kIdVpand, joined, all, in_one(condition));
    all = joined;
  }
  const x86::Gp lanes = cc_.newUInt32();
  cc_.vmovmskps(lanes, all.ymm());
  if (when)
    cc_.test(lanes, lanes);
  else
    cc_.cmp(lanes, 0xff);
}

Vector Avx2::zeros(DType type) {
  const Vector v = make(type);
  for (int p = 0; p < registers(type); ++p) cc_.vpxor(v.part[p], v.part[p], v.part[p]);
  return v;
}

Vector Avx2::duplicate(const Vector& v) {
  const Vector r = make(v.type);
  set(r, v);
  return r;
}

void Avx2::set(const Vector& to, const Vector& from) {
  for (int p = 0; p < registers(to.type); ++p) cc_.vmovaps(to.part[p], from.part[p]);
}

Vector Avx2::lane_numbers() {
  const Vector v = make(DType::i64);
  const auto scope = asmjit::ConstPoolScope::kLocal;
  cc_.vpmovzxbq(v.part[0], cc_.newUInt32Const(scope, 0x03020100));
  cc_.vpmovzxbq(v.part[1], cc_.newUInt32Const(scope, 0x07060504));
  return v;
}

Vector Avx2::broadcast(const x86::Gp& value) {
  Vector v;
  v.type = DType::i64;
  v.part[0] = v.part[1] = cc_.newYmm();
  cc_.vmovq(v.part[0].xmm(), value);
  cc_.vpbroadcastq(v.part[0], v.part[0].xmm());
  return v;
}

Vector Avx2::broadcast(DType type, x86::Mem from) {
  if (size_of(type) != 1) return spread(type, from);
  const Vector v = make(type);
  from.setSize(1);
  const x86::Xmm byte = cc_.newXmm();
  cc_.vpbroadcastb(byte, from);
  cc_.emit(type == DType::i8 ? I::kIdVpmovsxbd : I::kIdVpmovzxbd, v.part[0], byte);
  return type == DType::boolean ? not_zero(v) : v;
}

Vector Avx2::not_zero(const Vector& bytes) {
  return as(bit_not(equal_lanes(as(bytes, DType::i32), constant(DType::i32, 0))), DType::boolean);
}

Vector Avx2::load(DType type, const x86::Gp& base, const x86::Gp& index, const x86::KReg*, int ahead) {
  const Vector v = make(type);
  if (size_of(type) == 1) {
    x86::Mem from = element(type, base, index, 0, ahead);
    from.setSize(8);
    cc_.emit(type == DType::i8 ? I::kIdVpmovsxbd : I::kIdVpmovzxbd, v.part[0], from);
    return type == DType::boolean ? not_zero(v) : v;
  }
  for (int p = 0; p < registers(type); ++p) cc_.vmovdqu(v.part[p], element(type, base, index, p, ahead));
  return v;
}

void Avx2::store(const Vector& v, const x86::Gp& base, const x86::Gp& index, const x86::KReg*, int ahead) {
  if (size_of(v.type) == 1) {
    // Each 32-bit lane has its value in the low byte: those together, then the halves together.
    Vector bytes = narrow(v);
    if (v.type == DType::boolean) bytes = each(I::kIdVpand, bytes, constant(DType::i32, 1));
    bytes = each(I::kIdVpand, bytes, constant(DType::i32, 0xff));
    const x86::Xmm words = cc_.newXmm();
    cc_.vpackusdw(words, bytes.part[0].xmm(), upper(bytes.part[0]));
    cc_.vpackuswb(words, words, words);
    x86::Mem to = element(v.type, base, index, 0, ahead);
    to.setSize(8);
    cc_.vmovq(to, words);
    return;
  }
  for (int p = 0; p < registers(v.type); ++p) {
    const x86::Mem to = element(v.type, base, index, p, ahead);
    if (streams_)
      cc_.vmovntdq(to, v.part[p]);
    else
      cc_.vmovdqu(to, v.part[p]);
  }
}

Vector Avx2::each(Id id, const Vector& a) {
  const Vector r = make_like(a, a);
  for (int p = 0; p < distinct(r); ++p) cc_.emit(id, r.part[p], a.part[p]);
  return r;
}
Vector Avx2::each(Id id, const Vector& a, const Vector& b) {
  const Vector r = make_like(a, b);
  for (int p = 0; p < distinct(r); ++p) cc_.emit(id, r.part[p], a.part[p], b.part[p]);
  return r;
}
Vector Avx2::each_immediate(Id id, const Vector& a, int immediate) {
  const Vector r = make_like(a, a);
  for (int p = 0; p < distinct(r); ++p) cc_.emit(id, r.part[p], a.part[p], asmjit::Imm(immediate));
  return r;
}

bool Avx2::has(Op op, DType operand, DType result) const {
  if (op == Op::cast && is_floating(operand) && (result == DType::i64 || result == DType::u64)) return false;
  return has_instruction(op, operand);
}

Vector Avx2::emit(Op op, DType result, const Vector& a, const Vector& b, const Vector& c) {
  return dispatch(*this, op, result, a, b, c);
}

Vector Avx2::extreme(bool is_max, const Vector& a, const Vector& b) {
  const bool wide = is_wide(a.type);
  return each(is_max ? (wide ? I::kIdVmaxpd : I::kIdVmaxps) : (wide ? I::kIdVminpd : I::kIdVminps), a, b);
}

Vector Avx2::sqrt(const Vector& a) { return each(is_wide(a.type) ? I::kIdVsqrtpd : I::kIdVsqrtps, a); }

/// 8-bit values back into their range after an operation on 32-bit lanes.
Vector Avx2::wrap(const Vector& v) {
  if (v.type == DType::i8) return each_immediate(I::kIdVpsrad, each_immediate(I::kIdVpslld, v, 24), 24);
  return v.type == DType::u8 ? each(I::kIdVpand, v, constant(DType::u32, 0xff)) : v;
}

Vector Avx2::arithmetic(Op op, const Vector& a, const Vector& b) {
  struct Row {
    Id f32, f64, i32, i64;
  };
  static constexpr Row kAdd{I::kIdVaddps, I::kIdVaddpd, I::kIdVpaddd, I::kIdVpaddq};
  static constexpr Row kSub{I::kIdVsubps, I::kIdVsubpd, I::kIdVpsubd, I::kIdVpsubq};
  static constexpr Row kMul{I::kIdVmulps, I::kIdVmulpd, I::kIdVpmulld, I::kIdVpmuludq};
  static constexpr Row kDiv{I::kIdVdivps, I::kIdVdivpd, 0, 0};
  if (op == Op::mul && is_wide(a.type) && !is_floating(a.type)) return multiply_64(a, b);
  const Row& row = op == Op::add ? kAdd : op == Op::sub ? kSub : op == Op::mul ? kMul : kDiv;
  const bool wide = is_wide(a.type);
  return wrap(each(is_floating(a.type) ? (wide ? row.f64 : row.f32) : (wide ? row.i64 : row.i32), a, b));
}

Vector Avx2::multiply_small(const Vector& a, const Vector& b) { return each(I::kIdVpmuludq, a, b); }

/// The low half of a product of 64-bit numbers, of products of 32-bit ones.
Vector Avx2::multiply_64(const Vector& a, const Vector& b) {
  const Vector cross = each(I::kIdVpaddq, each(I::kIdVpmuludq, each_immediate(I::kIdVpsrlq, a, 32), b),
                            each(I::kIdVpmuludq, a, each_immediate(I::kIdVpsrlq, b, 32)));
  return each(I::kIdVpaddq, each(I::kIdVpmuludq, a, b), each_immediate(I::kIdVpsllq, cross, 32));
}

Vector Avx2::sign_mask(const Vector& a) { return less_lanes(a, constant(a.type, 0)); }

Vector Avx2::neg(const Vector& a) {
  if (!is_floating(a.type)) return arithmetic(Op::sub, constant(a.type, 0), a);
  return each(I::kIdVpxor, a, constant(a.type, is_wide(a.type) ? 0x8000000000000000u : 0x80000000u));
}

Vector Avx2::abs(const Vector& a) {
  if (is_floating(a.type))
    return each(I::kIdVpand, a, constant(a.type, is_wide(a.type) ? 0x7fffffffffffffffu : 0x7fffffffu));
  if (!is_signed(a.type)) return a;
  if (!is_wide(a.type)) return wrap(each(I::kIdVpabsd, a));
  const Vector sign = sign_mask(a);
  return each(I::kIdVpsubq, each(I::kIdVpxor, a, sign), sign);
}

Vector Avx2::fma(const Vector& a, const Vector& b, const Vector& c, bool minus_product, bool minus_c) {
  const Vector r = make(a.type);
  for (int p = 0; p < registers(a.type); ++p) {
    cc_.vmovaps(r.part[p], a.part[p]);
    cc_.emit(fma_instruction(a.type, minus_product, minus_c), r.part[p], b.part[p], c.part[p]);
  }
  return r;
}

Vector Avx2::bitwise(Op op, const Vector& a, const Vector& b) {
  if (a.is_split != b.is_split) return bitwise(op, narrow(a), narrow(b));
  return each(op == Op::bit_and ? I::kIdVpand : op == Op::bit_or ? I::kIdVpor : I::kIdVpxor, a, b);
}

Vector Avx2::bit_not(const Vector& a) {
  return wrap(each(I::kIdVpxor, a, constant(bits_type(a.type), ~std::uint64_t{0})));
}

Vector Avx2::shift(Op op, const Vector& a, const Vector& b) {
  const bool wide = is_wide(a.type);
  const Vector counts = each(I::kIdVpand, b, constant(bits_type(a.type), 8 * size_of(a.type) - 1));
  if (op == Op::shl) return wrap(each(wide ? I::kIdVpsllvq : I::kIdVpsllvd, a, counts));
  if (!is_signed(a.type)) return each(wide ? I::kIdVpsrlvq : I::kIdVpsrlvd, a, counts);
  if (!wide) return each(I::kIdVpsravd, a, counts);
  // No arithmetic shift of 64 bits: negative numbers are shifted as their complement.
  const Vector sign = sign_mask(a);
  return each(I::kIdVpxor, each(I::kIdVpsrlvq, each(I::kIdVpxor, a, sign), counts), sign);
}

Vector Avx2::shift_by(Op op, const Vector& a, int count) {
  const bool wide = is_wide(a.type);
  if (op == Op::shl) return wrap(each_immediate(wide ? I::kIdVpsllq : I::kIdVpslld, a, count));
  if (!is_signed(a.type)) return each_immediate(wide ? I::kIdVpsrlq : I::kIdVpsrld, a, count);
  if (!wide) return each_immediate(I::kIdVpsrad, a, count);
  if (count < 32) {
    // The upper half by an arithmetic shift of its own.
    const Vector low = each_immediate(I::kIdVpsrlq, a, count), high = each_immediate(I::kIdVpsrad, a, count);
    const Vector r = make(a.type);
    for (int p = 0; p < registers(a); ++p) cc_.vpblendd(r.part[p], low.part[p], high.part[p], 0xaa);
    return r;
  }
  const Vector sign = sign_mask(a);
  return each(I::kIdVpxor, each_immediate(I::kIdVpsrlq, each(I::kIdVpxor, a, sign), count), sign);
}

Vector Avx2::equal_lanes(const Vector& a, const Vector& b) {
  return each(is_wide(a.type) ? I::kIdVpcmpeqq : I::kIdVpcmpeqd, a, b);
}

Vector Avx2::flip_top_bit(const Vector& a) {
  return each(I::kIdVpxor, a, constant(bits_type(a.type), is_wide(a.type) ? 0x8000000000000000u : 0x80000000u));
}

Vector Avx2::less_lanes(const Vector& a, const Vector& b) {
  const Id greater = is_wide(a.type) ? I::kIdVpcmpgtq : I::kIdVpcmpgtd;
  // u8 is positive in its 32-bit lane.
  if (a.type == DType::u32 || a.type == DType::u64) return each(greater, flip_top_bit(b), flip_top_bit(a));
  return each(greater, b, a);
}

Vector Avx2::float_lanes(const Vector& a, const Vector& b, int immediate) {
  const Vector r = make(a.type);
  for (int p = 0; p < registers(a.type); ++p)
    cc_.emit(is_wide(a.type) ? I::kIdVcmppd : I::kIdVcmpps, r.part[p], a.part[p], b.part[p], asmjit::Imm(immediate));
  return r;
}

Vector Avx2::narrow(const Vector& v) {
  return v.is_split ? as(low_halves(as(v, DType::u64), DType::u32), DType::boolean) : v;
}

/// Both halves of a lane of 64 bits are the same.
Vector Avx2::for_fold(const Vector& v) {
  if (!v.is_split) return v;
  const Vector r = make(v.type);
  cc_.vpblendd(r.part[0], v.part[0], v.part[1], 0xaa);
  return r;
}

Vector Avx2::widen(const Vector& boolean, DType type) {
  if (!is_wide(type)) return as(narrow(boolean), type);
  if (boolean.is_split) return as(boolean, type);
  const Vector r = make(type);
  cc_.vpmovsxdq(r.part[0], boolean.part[0].xmm());
  cc_.vpmovsxdq(r.part[1], upper(boolean.part[0]));
  return r;
}

Vector Avx2::compare(Op op, const Vector& a, const Vector& b) {
  const auto boolean = [&](const Vector& lanes) { return as(lanes, DType::boolean); };
  if (is_floating(a.type)) return boolean(float_lanes(a, b, op == Op::eq ? kEqual : op == Op::lt ? kLess : kLessEqual));
  if (a.type == DType::boolean) {
    if (a.is_split || b.is_split) return compare(op, narrow(a), narrow(b));
    // True is all bits, which is less than none as a number: the operands change places.
    if (op == Op::eq) return boolean(equal_lanes(a, b));
    return op == Op::lt ? boolean(less_lanes(b, a)) : bit_not(boolean(less_lanes(a, b)));
  }
  if (op == Op::eq) return boolean(equal_lanes(a, b));
  return op == Op::lt ? boolean(less_lanes(a, b)) : bit_not(boolean(less_lanes(b, a)));
}

/// `a` where the lanes are set, else `b`.
Vector Avx2::choose(const Vector& lanes, const Vector& a, const Vector& b) {
  const Vector r = a.is_split ? as(make(DType::u64), DType::boolean) : make(a.type);
  for (int p = 0; p < registers(a); ++p) cc_.vpblendvb(r.part[p], b.part[p], a.part[p], lanes.part[p]);
  return r;
}

Vector Avx2::select(const Vector& condition, const Vector& a, const Vector& b) {
  if (a.type == DType::boolean && !(condition.is_split && a.is_split && b.is_split))
    return choose(narrow(condition), narrow(a), narrow(b));
  if (a.is_split) return choose(condition, a, b);
  return choose(widen(condition, a.type), a, b);
}

}  // namespace lockstep::cpu::jit
