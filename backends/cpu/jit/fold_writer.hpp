#pragma once

#include <vector>

#include "operations.hpp"

namespace lockstep::cpu::jit {

/// Emits the fold of one output over units of the unit tree. Sums and products of floats keep the 128 lanes of a unit
/// apart; all other folds are exact in any order and take fewer accumulators. argmin and argmax give the extreme
/// value of each unit: where it is, is looked up in the one unit that wins.
class FoldWriter {
 public:
  static bool has(Fold fold, DType type);

  /// `counts`: the values are bools, of which the true ones are counted.
  FoldWriter(x86::Compiler& cc, Memory& memory, Operations& operations, Fold fold, DType type, bool counts);

  /// Vector registers that `begin(true)` takes.
  int registers() const;
  /// Starts a unit, with the lanes in registers, or in memory where `add` finds them by a running index.
  void begin(bool in_registers);
  /// Folds sixteen elements, at `column` (of 8) of a row; `tail`, if there, tells which of them exist.
  void add(int column, const Vector& x, const x86::KReg* tail);
  /// The same with the lanes in memory: the elements begin at lane `lane`.
  void add_at(const x86::Gp& lane, const Vector& x, const x86::KReg* tail);
  /// Ends the unit and stores its node to `to[unit]`.
  void close(const x86::Gp& to, const x86::Gp& unit);

 private:
  bool ordered() const { return is_floating(type_) && (fold_ == Fold::sum || fold_ == Fold::prod); }
  bool extreme() const { return !ordered() && fold_ != Fold::sum && fold_ != Fold::prod; }
  bool masks() const { return type_ == DType::boolean && !counts_; }
  bool tracks_nan() const { return extreme() && is_floating(type_); }
  int accumulators() const;
  std::uint64_t identity_bits() const;
  Vector identity();
  void combine(const x86::Vec& to, const x86::Vec& a, const x86::Vec& b) const;
  void larger_bits(const x86::Vec& to, const x86::Vec& a, const x86::Vec& b) const;
  Vector masked(const Vector& x, const x86::KReg* tail);
  void accumulate(const Vector& into, const Vector& x);
  void track_nan(const Vector& into, const Vector& x);
  template <class F>
  x86::Xmm across(const Vector& v, F f);
  void close_masks(const x86::Gp& to, const x86::Gp& unit);
  void replace_by_nan(const x86::Xmm& result, const x86::Xmm& nan);

  x86::Compiler& cc_;
  Memory& memory_;
  Operations& operations_;
  Fold fold_;
  DType type_;
  bool counts_;
  bool in_registers_ = false;
  std::vector<Vector> lanes_;  // accumulators
  std::vector<Vector> nans_;   // largest magnitude seen, without the sign bit: above infinity it is a NaN
  x86::Gp spill_;              // the lanes in memory
  x86::Gp count_;
};

}  // namespace lockstep::cpu::jit
