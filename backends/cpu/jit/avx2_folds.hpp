#pragma once

#include <vector>

#include "fold_writer.hpp"

namespace lockstep::cpu::jit {

class Avx2;

/// Folds in AVX2: whole units only. The 128 lanes of an ordered fold are more than there are registers: the rest lies
/// in memory. (Panels of lanes, each through all rows, read memory in an order that its prefetchers do not follow.)
class Avx2FoldWriter : public FoldWriter {
 public:
  static bool has(Fold fold, DType type);

  /// `counts`: the values are bools, of which the true ones are counted.
  Avx2FoldWriter(x86::Compiler& cc, Avx2& machine, Fold fold, DType type, bool counts);

  int registers() const override;
  bool takes_more() const override { return ordered(); }
  void begin(bool in_registers, int more) override;
  void add(int column, const Vector& values, const x86::KReg*) override;
  void add_at(const x86::Gp& lane, const Vector& x, const x86::KReg*) override;
  void close(const x86::Gp& to, const x86::Gp& unit) override;

 private:
  bool is_sum() const { return fold_ == Fold::sum || fold_ == Fold::prod; }
  bool ordered() const { return is_floating(type_) && is_sum(); }
  bool is_float_extreme() const { return is_floating(type_) && !is_sum(); }
  bool is_max() const;
  int parts() const { return size_of(type_) == 8 ? 2 : 1; }

  std::vector<x86::Vec> make(int count, std::uint64_t bits);
  /// to = to op x.
  void combine(const x86::Vec& to, const x86::Vec& x) const;
  void multiply_wide(const x86::Vec& to, const x86::Vec& x) const;
  void extreme_wide(const x86::Vec& to, const x86::Vec& x) const;
  void note_sign(const x86::Vec& x);
  void note_nan(const x86::Vec& x, const x86::Vec& y);
  x86::Mem saved(int place) const;
  void add_to_memory(const x86::Mem& at, const x86::Vec& x);
  std::vector<x86::Vec> halve(int column, int stride);
  template <class F>
  x86::Xmm across(std::vector<x86::Vec>& v, F f) const;
  void put_specials(const x86::Xmm& result);
  void store(const x86::Xmm& result, const x86::Gp& to, const x86::Gp& unit) const;

  x86::Compiler& cc_;
  Avx2& machine_;
  Fold fold_;
  DType type_;
  bool counts_;
  asmjit::InstId op_ = 0;  // 0: several instructions
  bool in_rows_ = false;
  std::vector<x86::Vec> lanes_;  // accumulators: the parts of vectors one behind the other
  // Of extremes of floats, whose instruction knows neither NaN nor the sign of zero: lanes that saw a NaN, and the
  // signs of all together.
  std::vector<x86::Vec> nans_;
  std::vector<x86::Vec> signs_;
  x86::Vec pending_;  // its neighbour is looked at with it
  x86::Mem memory_;   // lanes that have no registers, each at its place
};

}  // namespace lockstep::cpu::jit
