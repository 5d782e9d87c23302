#pragma once

#include <vector>

#include "fold_writer.hpp"

namespace lockstep::cpu::jit {

class Sse41;

/// Folds in SSE4.1, as in AVX2 (avx2_folds.hpp): whole units only, row by row, with the lanes of an ordered fold that
/// have no register in memory.
class Sse41FoldWriter : public FoldWriter {
 public:
  static bool has(Fold fold, DType type);

  /// `counts`: the values are bools, of which the true ones are counted.
  Sse41FoldWriter(x86::Compiler& cc, Sse41& machine, Fold fold, DType type, bool counts);

  int registers() const override;
  bool takes_more() const override { return ordered(); }
  void begin(bool in_registers, int more) override;
  void add(int column, const Vector& x, const x86::KReg*) override;
  void add_at(const x86::Gp& lane, const Vector& x, const x86::KReg*) override;
  void close(const x86::Gp& to, const x86::Gp& unit) override;

 private:
  bool is_sum() const { return fold_ == Fold::sum || fold_ == Fold::prod; }
  bool ordered() const { return is_floating(type_) && is_sum(); }
  bool is_float_extreme() const { return is_floating(type_) && !is_sum(); }
  bool is_max() const { return fold_ == Fold::max || fold_ == Fold::argmax; }
  /// u64 is compared with its top bit flipped, as a signed number.
  bool is_flipped() const { return op_ == 0 && type_ == DType::u64 && fold_ != Fold::prod; }
  int parts() const { return size_of(type_) == 8 ? 2 : 1; }

  std::vector<x86::Vec> make(int count, std::uint64_t bits);
  /// to = to op x.
  void combine(const x86::Vec& to, const x86::Vec& x) const;
  void note_sign(const x86::Vec& x);
  void note_nan(const x86::Vec& x, const x86::Vec& y);
  void note_nans(int column, const Vector& x);
  x86::Vec flipped(const x86::Vec& x) const;
  x86::Mem saved(int place) const;
  void add_to_memory(const x86::Mem& at, const x86::Vec& x);
  std::vector<x86::Vec> halve(int column, int stride);
  template <class F>
  x86::Xmm across(std::vector<x86::Vec>& v, F f) const;
  void put_specials(const x86::Xmm& result);
  void store(const x86::Xmm& result, const x86::Gp& to, const x86::Gp& unit) const;

  x86::Compiler& cc_;
  Sse41& machine_;
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
