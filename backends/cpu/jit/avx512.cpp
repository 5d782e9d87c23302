#include "avx512.hpp"

namespace lockstep::cpu::jit {

Vector Avx512::multiply_small(const Vector& a, const Vector& b) {
  const Vector r = memory_.make(a.type);
  for (int p = 0; p < parts(a.type); ++p) cc_.vpmuludq(r.part[p], a.part[p], b.part[p]);
  return r;
}

void Avx512::test_lanes(std::span<const Vector> conditions, bool when) {
  x86::KReg all = conditions[0].mask;
  for (const Vector& condition : conditions.subspan(1)) {
    const x86::KReg joined = cc_.newKw();
    cc_.emit(when ? x86::Inst::kIdKorw : x86::Inst::kIdKandw, joined, all, condition.mask);
    all = joined;
  }
  const x86::Gp lanes = memory_.bits_of(all);
  if (when)
    cc_.test(lanes, lanes);
  else
    cc_.cmp(lanes, 0xffff);
}

Vector Avx512::zeros(DType type) {
  const Vector v = memory_.make(type);
  for (int p = 0; p < parts(type); ++p) cc_.vpxord(v.part[p], v.part[p], v.part[p]);
  return v;
}

Vector Avx512::duplicate(const Vector& v) {
  const Vector r = memory_.make(v.type);
  set(r, v);
  return r;
}

void Avx512::set(const Vector& to, const Vector& from) {
  for (int p = 0; p < parts(to.type); ++p) cc_.vmovaps(to.part[p], from.part[p]);
}

Vector Avx512::lane_numbers() {
  const Vector v = memory_.make(DType::i64);
  const auto scope = asmjit::ConstPoolScope::kLocal;
  cc_.vpmovzxbq(v.part[0], cc_.newUInt64Const(scope, 0x0706050403020100));
  cc_.vpmovzxbq(v.part[1], cc_.newUInt64Const(scope, 0x0f0e0d0c0b0a0908));
  return v;
}

Vector Avx512::broadcast(const x86::Gp& value) {
  const Vector v = memory_.make(DType::i64);
  for (int p = 0; p < parts(v.type); ++p) cc_.vpbroadcastq(v.part[p], value);
  return v;
}

Vector Avx512::broadcast(DType type, x86::Mem from) {
  if (size_of(type) != 1) return memory_.broadcast(type, from);
  const x86::Gp value = cc_.newUInt32();
  from.setSize(1);
  if (type == DType::i8)
    cc_.movsx(value, from);
  else
    cc_.movzx(value, from);
  Vector v = memory_.make(type);
  const x86::Vec all = type == DType::boolean ? cc_.newZmm() : v.part[0];
  cc_.vpbroadcastd(all, value);
  if (type == DType::boolean) cc_.vptestmd(v.mask, all, all);
  return v;
}

}  // namespace lockstep::cpu::jit
