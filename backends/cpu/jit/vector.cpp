#include "vector.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr std::size_t kMostKept = 10;

x86::Mem element(DType type, const x86::Gp& base, const x86::Gp& index, int part, int ahead) {
  const int size = static_cast<int>(size_of(type));
  return x86::ptr(base, index, size == 8 ? 3 : size == 4 ? 2 : 0, part * 64 + ahead * size);
}

}  // namespace

asmjit::InstId fma_instruction(DType type, bool minus_product, bool minus_third) {
  namespace I = x86::Inst;
  static constexpr asmjit::InstId kIds[2][2][2] = {
      // by type, product, third
      {{I::kIdVfmadd213ps, I::kIdVfmsub213ps}, {I::kIdVfnmadd213ps, I::kIdVfnmsub213ps}},
      {{I::kIdVfmadd213pd, I::kIdVfmsub213pd}, {I::kIdVfnmadd213pd, I::kIdVfnmsub213pd}}};
  return kIds[type == DType::f64][minus_product][minus_third];
}

Vector Memory::make(DType type) {
  Vector v;
  v.type = type;
  for (int p = 0; p < parts(type); ++p) v.part[p] = cc_.newZmm();
  if (type == DType::boolean) v.mask = cc_.newKw();
  return v;
}

x86::KReg Memory::high(const x86::KReg& mask) {
  const x86::KReg h = cc_.newKw();
  cc_.kshiftrw(h, mask, 8);
  return h;
}

Vector Memory::constant(DType type, std::uint64_t bits) {
  for (const Kept& kept : kept_)
    if (kept.bits == bits && kept.vector.type == type) return kept.vector;
  if (!prologue_ || kept_.size() == kMostKept) return shared(type, bits);
  asmjit::BaseNode* const here = cc_.setCursor(prologue_);
  kept_.push_back({bits, shared(type, bits)});
  prologue_ = cc_.setCursor(here);
  return kept_.back().vector;
}

x86::Gp Memory::bits_of(const x86::KReg& mask) {
  // Through another register: AsmJit 1.9 encodes the move wrongly if it finds the mask spilled to the stack.
  const x86::KReg copy = cc_.newKw();
  const x86::Gp bits = cc_.newUInt32();
  cc_.kmovw(copy, mask);
  cc_.kmovw(bits, copy);
  return bits;
}

Vector Memory::fresh(DType type, std::uint64_t bits) {
  Vector v = shared(type, bits);
  if (parts(type) == 2) {
    v.part[1] = cc_.newZmm();
    cc_.vmovaps(v.part[1], v.part[0]);
  }
  return v;
}

Vector Memory::shared(DType type, std::uint64_t bits) {
  const auto scope = asmjit::ConstPoolScope::kLocal;
  if (type == DType::i8) bits = static_cast<std::uint64_t>(static_cast<std::int8_t>(bits));
  if (size_of(type) == 1) return broadcast(type, cc_.newUInt32Const(scope, static_cast<std::uint32_t>(bits)));
  return broadcast(type, size_of(type) == 4 ? cc_.newUInt32Const(scope, static_cast<std::uint32_t>(bits))
                                            : cc_.newUInt64Const(scope, bits));
}

Vector Memory::broadcast(DType type, const x86::Mem& from) {
  Vector v;
  v.type = type;
  v.part[0] = v.part[1] = cc_.newZmm();
  if (size_of(type) == 8)
    cc_.vpbroadcastq(v.part[0], from);
  else
    cc_.vpbroadcastd(v.part[0], from);
  if (type == DType::boolean) {
    v.mask = cc_.newKw();
    cc_.vptestmd(v.mask, v.part[0], v.part[0]);
  }
  return v;
}

Vector Memory::load(DType type, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead) {
  const Vector v = make(type);
  if (size_of(type) == 1) {
    const x86::Xmm bytes = cc_.newXmm();
    if (tail)
      cc_.k(*tail).z().vmovdqu8(bytes, element(type, base, index, 0, ahead));
    else
      cc_.vmovdqu8(bytes, element(type, base, index, 0, ahead));
    if (type == DType::boolean)
      cc_.vptestmb(v.mask, bytes, bytes);
    else if (type == DType::i8)
      cc_.vpmovsxbd(v.part[0], bytes);
    else
      cc_.vpmovzxbd(v.part[0], bytes);
    return v;
  }
  for (int p = 0; p < parts(type); ++p) {
    const x86::Mem from = element(type, base, index, p, ahead);
    if (!tail)
      cc_.vmovdqu32(v.part[p], from);
    else if (size_of(type) == 4)
      cc_.k(*tail).z().vmovdqu32(v.part[p], from);
    else
      cc_.k(p == 0 ? *tail : high(*tail)).z().vmovdqu64(v.part[p], from);
  }
  return v;
}

void Memory::store(const Vector& v, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead) {
  const x86::Mem to = element(v.type, base, index, 0, ahead);
  if (v.type == DType::boolean) {
    const x86::Xmm ones = cc_.newXmm();
    cc_.vmovdqa(ones, cc_.newConst(asmjit::ConstPoolScope::kLocal, "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1", 16));
    const x86::Xmm bytes = cc_.newXmm();
    cc_.k(v.mask).z().vmovdqu8(bytes, ones);
    if (tail)
      cc_.k(*tail).vmovdqu8(to, bytes);
    else
      cc_.vmovdqu8(to, bytes);
    return;
  }
  if (size_of(v.type) == 1) {
    if (tail)
      cc_.k(*tail).vpmovdb(to, v.part[0]);
    else
      cc_.vpmovdb(to, v.part[0]);
    return;
  }
  for (int p = 0; p < parts(v.type); ++p) {
    const x86::Mem part = element(v.type, base, index, p, ahead);
    if (!tail && streams_)
      cc_.vmovntdq(part, v.part[p]);
    else if (!tail)
      cc_.vmovdqu32(part, v.part[p]);
    else if (size_of(v.type) == 4)
      cc_.k(*tail).vmovdqu32(part, v.part[p]);
    else
      cc_.k(p == 0 ? *tail : high(*tail)).vmovdqu64(part, v.part[p]);
  }
}

}  // namespace lockstep::cpu::jit
