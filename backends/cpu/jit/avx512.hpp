#pragma once

#include "avx512_folds.hpp"
#include "dispatch.hpp"
#include "machine.hpp"
#include "operations.hpp"

namespace lockstep::cpu::jit {

class Avx512 : public Machine {
 public:
  explicit Avx512(x86::Compiler& cc) : cc_(cc), memory_(cc), operations_(cc, memory_) {}

  int width() const override { return kWidth; }
  bool has_tails() const override { return true; }
  void enable(asmjit::FuncFrame& frame) const override {
    frame.setAvxEnabled();
    frame.setAvxCleanup();
    frame.setAvx512Enabled();
  }
  bool has(Op op, DType operand, DType) const override { return has_instruction(op, operand); }
  Vector emit(Op op, DType result, const Vector& a, const Vector& b, const Vector& c) override {
    return operations_.emit(op, result, a, b, c);
  }
  Vector multiply_small(const Vector& a, const Vector& b) override;
  Vector shift_by(Op op, const Vector& a, int count) override { return operations_.shift_by(op, a, count); }
  Vector fma(const Vector& a, const Vector& b, const Vector& c, bool minus_product, bool minus_c) override {
    return operations_.fma(a, b, c, minus_product, minus_c);
  }
  Vector extreme(bool is_max, const Vector& a, const Vector& b) override { return operations_.extreme(is_max, a, b); }
  Vector cast_small(const Vector& a, DType to, int) override { return emit(Op::cast, to, a, {}, {}); }
  void stream(bool past_caches) override { memory_.stream(past_caches); }
  void keep_constants_here() override { memory_.keep_constants_here(); }
  Vector constant(DType type, std::uint64_t bits) override { return memory_.constant(type, bits); }
  Vector lane_numbers() override;
  Vector broadcast(const x86::Gp& value) override;
  Vector broadcast(DType type, x86::Mem from) override;
  Vector load(DType type, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead) override {
    return memory_.load(type, base, index, tail, ahead);
  }
  void store(const Vector& v, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead) override {
    memory_.store(v, base, index, tail, ahead);
  }
  void test_lanes(std::span<const Vector> conditions, bool when) override;
  Vector zeros(DType type) override;
  Vector duplicate(const Vector& v) override;
  void set(const Vector& to, const Vector& from) override;
  bool has_fold(Fold fold, DType type) const override { return Avx512FoldWriter::has(fold, type); }
  std::unique_ptr<FoldWriter> make_fold(Fold fold, DType type, bool counts) override {
    return std::make_unique<Avx512FoldWriter>(cc_, memory_, operations_, fold, type, counts);
  }
  int fold_registers() const override { return 16; }  // of 32

 private:
  x86::Compiler& cc_;
  Memory memory_;
  Operations operations_;
};

}  // namespace lockstep::cpu::jit
