#pragma once

#include <vector>

#include "avx2_folds.hpp"
#include "machine.hpp"

namespace lockstep::cpu::jit {

/// AVX2 with FMA: eight elements at a time, whole vectors only. Bools are registers of 32-bit lanes.
class Avx2 : public Machine {
 public:
  explicit Avx2(x86::Compiler& cc) : cc_(cc) {}

  int width() const override { return 8; }
  bool has_tails() const override { return false; }
  void enable(asmjit::FuncFrame& frame) const override {
    frame.setAvxEnabled();
    frame.setAvxCleanup();
  }
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
  bool has_fold(Fold fold, DType type) const override { return Avx2FoldWriter::has(fold, type); }
  std::unique_ptr<FoldWriter> make_fold(Fold fold, DType type, bool counts) override {
    return std::make_unique<Avx2FoldWriter>(cc_, *this, fold, type, counts);
  }
  Vector for_fold(const Vector& v) override;
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
  struct Kept {
    std::uint64_t bits;
    Vector vector;
  };

  static int registers(DType type) { return size_of(type) == 8 ? 2 : 1; }
  static int registers(const Vector& v) { return v.is_split ? 2 : registers(v.type); }
  Vector make(DType type);
  /// Registers of a value that are not the same: what all elements share, as constants do, has one for both parts.
  static int distinct(const Vector& v) { return registers(v) == 2 && v.part[0].id() != v.part[1].id() ? 2 : 1; }
  /// For what comes of `a` and `b`, of the type of `a`.
  Vector make_like(const Vector& a, const Vector& b);
  /// The value at `from` in all lanes, in one register for all parts: nothing overwrites it.
  Vector spread(DType type, const x86::Mem& from);
  /// One instruction on each register.
  Vector each(Id id, const Vector& a);
  Vector each(Id id, const Vector& a, const Vector& b);
  Vector each_immediate(Id id, const Vector& a, int immediate);
  /// The same lanes as another type; as a bool, those of 64 bits stay apart.
  Vector as(Vector v, DType type) const;

  /// A bool from the bytes of bools in 32-bit lanes.
  Vector not_zero(const Vector& bytes);
  Vector arithmetic(Op op, const Vector& a, const Vector& b);
  Vector multiply_64(const Vector& a, const Vector& b);
  Vector neg(const Vector& a);
  Vector abs(const Vector& a);
  Vector sqrt(const Vector& a);
  Vector bitwise(Op op, const Vector& a, const Vector& b);
  Vector bit_not(const Vector& a);
  Vector shift(Op op, const Vector& a, const Vector& b);
  Vector wrap(const Vector& v);
  Vector sign_mask(const Vector& a);

  // Lanes as wide as the type, all bits set where it holds.
  Vector equal_lanes(const Vector& a, const Vector& b);
  Vector less_lanes(const Vector& a, const Vector& b);
  Vector float_lanes(const Vector& a, const Vector& b, int immediate);
  Vector flip_top_bit(const Vector& a);
  Vector compare(Op op, const Vector& a, const Vector& b);
  /// A bool in one register; other values as they are.
  Vector narrow(const Vector& v);
  /// A bool as lanes of a type.
  Vector widen(const Vector& boolean, DType type);
  Vector choose(const Vector& lanes, const Vector& a, const Vector& b);
  Vector select(const Vector& condition, const Vector& a, const Vector& b);

  Vector cast(const Vector& a, DType to);
  Vector bitcast(const Vector& a, DType to);
  Vector between_integers(const Vector& a, DType to);
  Vector low_halves(const Vector& a, DType to);
  Vector integer_to_float(const Vector& a, DType to);
  Vector wide_to_double(const Vector& a);
  Vector wide_to_single(const Vector& a);
  Vector float_to_float(const Vector& a, DType to);
  Vector float_to_integer(const Vector& a, DType to);
  Vector double_to_unsigned(const Vector& a);
  static DType bits_of(const Vector& a);
  x86::Xmm upper(const x86::Vec& v);
  void join(const x86::Vec& to, const x86::Vec& low, const x86::Vec& high);

  x86::Compiler& cc_;
  bool streams_ = false;
  asmjit::BaseNode* prologue_ = nullptr;
  std::vector<Kept> kept_;
};

}  // namespace lockstep::cpu::jit
