#pragma once

#include <memory>
#include <span>

#include "fold_writer.hpp"
#include "lockstep/program.hpp"
#include "vector.hpp"

namespace lockstep::cpu::jit {

/// Emits what a loop is made of, for one instruction set.
class Machine {
 public:
  virtual ~Machine() = default;

  /// Elements in a Vector.
  virtual int width() const = 0;
  /// True if part of a vector can be loaded, stored and folded; else a function takes whole vectors, and whole units in
  /// folds.
  virtual bool has_tails() const = 0;
  /// Tells the function's frame which registers and instructions it may use beyond SSE2.
  virtual void enable(asmjit::FuncFrame& frame) const = 0;
  /// Routines that the code calls; after the function's end.
  virtual void write_routines() {}
  /// False where `op` from `operand` to `result` has no instruction.
  virtual bool has(Op op, DType operand, DType result) const = 0;
  virtual Vector emit(Op op, DType result, const Vector& a, const Vector& b, const Vector& c) = 0;
  /// The product of the low halves of 64-bit integers: one instruction where the product of any takes several.
  virtual Vector multiply_small(const Vector& a, const Vector& b) = 0;
  /// Op::shl or Op::shr by a constant below the width of the type.
  virtual Vector shift_by(Op op, const Vector& a, int count) = 0;
  /// +-(a * b) +- c, rounded once.
  virtual Vector fma(const Vector& a, const Vector& b, const Vector& c, bool minus_product, bool minus_c) = 0;
  /// Of floats: a < b (of a maximum a > b) ? a : b.
  virtual Vector extreme(bool is_max, const Vector& a, const Vector& b) = 0;
  /// To a float, from a 64-bit integer that lies in 0 .. 2^length-1 with a length below 53.
  virtual Vector cast_small(const Vector& a, DType to, int length) = 0;

  /// Sets the flags: "equal" if no lane of any of the bools is `when`.
  virtual void test_lanes(std::span<const Vector> conditions, bool when) = 0;
  /// A value of zeros that `set` may change; not a bool.
  virtual Vector zeros(DType type) = 0;
  /// The same value, which `set` may change.
  virtual Vector duplicate(const Vector& v) = 0;
  virtual void set(const Vector& to, const Vector& from) = 0;

  virtual bool has_fold(Fold fold, DType type) const = 0;
  /// `counts`: the values are bools, of which the true ones are counted.
  virtual std::unique_ptr<FoldWriter> make_fold(Fold fold, DType type, bool counts) = 0;
  /// A value as folds take it: a bool in one register, its lanes in any order.
  virtual Vector for_fold(const Vector& v) { return v; }
  /// Vector registers that accumulators may take.
  virtual int fold_registers() const = 0;

  /// Whether whole vectors are stored past the caches from here on.
  virtual void stream(bool past_caches) = 0;
  /// Constants are loaded here, before the loops, as long as there are registers to keep them.
  virtual void keep_constants_here() = 0;
  virtual Vector constant(DType type, std::uint64_t bits) = 0;
  /// 0, 1, 2 ... as i64.
  virtual Vector lane_numbers() = 0;
  /// An i64 in all lanes.
  virtual Vector broadcast(const x86::Gp& value) = 0;
  /// The value at `from` in all lanes.
  virtual Vector broadcast(DType type, x86::Mem from) = 0;
  /// The elements from number `index + ahead` of `base`; `tail`, if there, is the mask of those that exist.
  virtual Vector load(DType type, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead) = 0;
  virtual void store(const Vector& v, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead) = 0;
};

}  // namespace lockstep::cpu::jit
