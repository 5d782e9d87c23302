#pragma once

#include <vector>

#include "machine.hpp"
#include "sse41_fma.hpp"
#include "sse41_folds.hpp"

namespace lockstep::cpu::jit {

/// SSE4.1: four elements at a time, whole vectors only. Bools are registers of 32-bit lanes. No instruction has the
/// encoding of AVX, so that processors without it run the code.
class Sse41 : public Machine {
 public:
  /// `rare_fma`: the interpreter's, of f64.
  Sse41(x86::Compiler& cc, BlockOp rare_fma) : cc_(cc), fma_(cc, rare_fma) {}

  int width() const override { return 4; }
  bool has_tails() const override { return false; }
  void enable(asmjit::FuncFrame&) const override {}
  void write_routines() override { fma_.write_routines(); }
  bool has(Op op, DType operand, DType result) const override;
  Vector emit(Op op, DType result, const Vector& a, const Vector& b, const Vector& c) override;
  Vector multiply_small(const Vector& a, const Vector& b) override;
  Vector shift_by(Op op, const Vector& a, int count) override;
  Vector fma(const Vector& a, const Vector& b, const Vector& c, bool minus_product, bool minus_c) override;
  Vector extreme(bool is_max, const Vector& a, const Vector& b) override;
  Vector cast_small(const Vector& a, DType to, int length) override;
  void test_lanes(std::span<const Vector> conditions, bool when) override;
  Vector zeros(DType type) override;
  Vector duplicate(const Vector& v) override;
  void set(const Vector& to, const Vector& from) override;
  bool has_fold(Fold fold, DType type) const override { return Sse41FoldWriter::has(fold, type); }
  std::unique_ptr<FoldWriter> make_fold(Fold fold, DType type, bool counts) override {
    return std::make_unique<Sse41FoldWriter>(cc_, *this, fold, type, counts);
  }
  int fold_registers() const override { return 12; }  // of 16
  void stream(bool past_caches) override { streams_ = past_caches; }
  void keep_constants_here() override { prologue_ = cc_.cursor(); }
  Vector constant(DType type, std::uint64_t bits) override;
  Vector lane_numbers() override;
  Vector broadcast(const x86::Gp& value) override;
  Vector broadcast(DType type, x86::Mem from) override;
  Vector load(DType type, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead) override;
  void store(const Vector& v, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead) override;

 private:
  template <class Set>
  friend Vector dispatch(Set& set, Op op, DType result, const Vector& a, const Vector& b, const Vector& c);

  using Id = asmjit::InstId;
  using Operand = asmjit::Operand;
  struct Constant {
    std::uint64_t bits;
    Vector vector;
  };

  static int registers(DType type) { return size_of(type) == 8 ? 2 : 1; }
  static Vector as(Vector v, DType type);
  static DType bits_of(DType type) { return size_of(type) == 8 ? DType::u64 : DType::u32; }
  Vector make(DType type);
  Vector copy_of(const Vector& v);
  /// A value in all lanes as an operand of instructions: a register that nothing overwrites, or memory.
  Operand literal(DType type, std::uint64_t bits);
  x86::Mem in_memory(DType type, std::uint64_t bits);

  // One instruction on each register: to = to op b, or a new value.
  void onto(Id id, const Vector& to, const Vector& b);
  void onto(Id id, const Vector& to, const Operand& b);
  void onto(Id id, const Vector& to, int immediate) { onto(id, to, asmjit::Imm(immediate)); }
  template <class B>
  Vector each(Id id, const Vector& a, const B& b) {
    const Vector r = copy_of(a);
    onto(id, r, b);
    return r;
  }
  Vector each(Id id, const Vector& a);

  void store_bytes(const Vector& v, const x86::Mem& to);
  Vector arithmetic(Op op, const Vector& a, const Vector& b);
  Vector neg(const Vector& a);
  Vector abs(const Vector& a);
  Vector sqrt(const Vector& a);
  Vector bitwise(Op op, const Vector& a, const Vector& b);
  Vector bit_not(const Vector& a);
  Vector wrap(const Vector& v);
  Vector sign_mask(const Vector& a);

  Vector shift(Op op, const Vector& a, const Vector& b);
  template <class F>
  Vector shift_kind(Op op, const Vector& a, F by);
  void shift_lanes(Id id, const Vector& to, const Vector& counts);

  // Lanes as wide as the type, all bits set where it holds.
  Vector equal_lanes(const Vector& a, const Vector& b);
  Vector less_lanes(const Vector& a, const Vector& b);
  Vector float_lanes(const Vector& a, const Operand& b, int predicate);
  Vector float_lanes(const Vector& a, const Vector& b, int predicate);
  Vector flip_top_bit(const Vector& a);
  Vector compare(Op op, const Vector& a, const Vector& b);
  /// Between a bool and lanes as wide as a type.
  Vector narrow(const Vector& lanes);
  Vector widen(const Vector& boolean, DType type);
  /// to = lanes ? a : to.
  void choose(const Vector& to, const Vector& lanes, const Vector& a);
  Vector select(const Vector& condition, const Vector& a, const Vector& b);

  Vector cast(const Vector& a, DType to);
  Vector bitcast(const Vector& a, DType to);
  Vector to_bool(const Vector& a);
  Vector between_integers(const Vector& a, DType to);
  Vector low_halves(const Vector& a, DType to);
  Vector integer_to_float(const Vector& a, DType to);
  Vector wide_to_double(const Vector& a);
  Vector wide_to_single(const Vector& a);
  Vector signed_to_single(const Vector& a);
  Vector float_to_float(const Vector& a, DType to);
  Vector float_to_integer(const Vector& a, DType to);
  Vector double_to_unsigned(const Vector& a);
  /// An instruction that makes two 32-bit lanes of each of the two registers, on both.
  Vector join(Id id, const Vector& a, DType to);
  /// One that makes a register of two 64-bit lanes of each half of a register.
  Vector spread(Id id, const Vector& a, DType to);

  x86::Compiler& cc_;
  Sse41Fma fma_;
  bool streams_ = false;
  asmjit::BaseNode* prologue_ = nullptr;
  std::vector<Constant> kept_;  // in registers, through all loops
};

}  // namespace lockstep::cpu::jit
