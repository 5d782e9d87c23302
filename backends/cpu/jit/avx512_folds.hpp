#pragma once

#include <vector>

#include "fold_writer.hpp"
#include "operations.hpp"

namespace lockstep::cpu::jit {

/// Folds in AVX-512.
class Avx512FoldWriter : public FoldWriter {
 public:
  static bool has(Fold fold, DType type);

  Avx512FoldWriter(x86::Compiler& cc, Memory& memory, Operations& operations, Fold fold, DType type, bool counts);

  int registers() const override;
  bool takes_more() const override { return false; }
  void begin(Lanes lanes, int) override;
  void add(int column, const Vector& x, const x86::KReg* tail) override;
  void add_at(const x86::Gp& lane, const Vector& x, const x86::KReg* tail) override;
  void close(const x86::Gp& to, const x86::Gp& unit) override;

 private:
  bool ordered() const { return is_floating(type_) && (fold_ == Fold::sum || fold_ == Fold::prod); }
  bool extreme() const { return !ordered() && fold_ != Fold::sum && fold_ != Fold::prod; }
  bool masks() const { return type_ == DType::boolean && !counts_; }
  /// Of bools: whether one that is false decides.
  bool masks_are_anded() const { return fold_ == Fold::all || fold_ == Fold::band || is_min_of(fold_); }
  bool tracks_nan() const { return extreme() && is_floating(type_); }
  int accumulators() const;
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
  std::vector<Vector> lanes_;  // accumulators
  std::vector<Vector> nans_;   // largest magnitude seen, without the sign bit: above infinity it is a NaN
  x86::Gp spill_;              // the lanes in memory
  x86::Gp count_;
};

}  // namespace lockstep::cpu::jit
