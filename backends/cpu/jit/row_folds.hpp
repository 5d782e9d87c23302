#pragma once

#include <vector>

#include "fold_writer.hpp"

namespace lockstep::cpu::jit {

class Machine;

/// The instructions of a set of which folds are made.
struct RowInstructions {
  FoldInstructions add, mul, min, max;
  asmjit::InstId bit_and, bit_or, bit_xor, add_32, subtract_32, compare_f32, compare_f64, choose, shuffle;
  asmjit::InstId move, move_32, move_64, extract_8;
  bool three_operands;  ///< the result has a register of its own; else it replaces the first operand
  int bytes;            ///< of a register
};

/// Folds in instruction sets with sixteen registers and no masks: whole units only, row by row. The 128 lanes of an
/// ordered fold are more than there are registers: the rest lies in memory. (Panels of lanes, each through all rows,
/// read memory in an order that its prefetchers do not follow.)
class RowFoldWriter : public FoldWriter {
 public:
  static bool has(Fold fold, DType type);

  /// `counts`: the values are bools, of which the true ones are counted.
  RowFoldWriter(x86::Compiler& cc, Machine& machine, const RowInstructions& set, Fold fold, DType type, bool counts);

  int registers() const override;
  bool takes_more() const override { return ordered(); }
  void begin(Lanes lanes, int more) override;
  void add(int column, const Vector& value, const x86::KReg*) override;
  void add_at(const x86::Gp& lane, const Vector& x, const x86::KReg*) override;
  void close(const x86::Gp& to, const x86::Gp& unit) override;

 protected:
  x86::Compiler& cc_;

 private:
  // On 64-bit lanes, of registers of 16 bytes too.
  virtual void multiply(const x86::Vec& to, const x86::Vec& x) const = 0;
  /// All bits of a lane where a > b, as signed numbers.
  virtual x86::Vec greater(const x86::Vec& a, const x86::Vec& b) const = 0;

  bool is_sum() const { return fold_ == Fold::sum || fold_ == Fold::prod; }
  bool ordered() const { return is_floating(type_) && is_sum(); }
  bool is_float_extreme() const { return is_floating(type_) && !is_sum(); }
  bool is_max() const { return is_max_of(fold_); }
  /// u64 is compared with its top bit flipped, as a signed number.
  bool is_flipped() const { return op_ == 0 && type_ == DType::u64 && fold_ != Fold::prod; }
  int parts() const { return size_of(type_) == 8 ? 2 : 1; }
  int vectors_in_row() const { return static_cast<int>(128 * size_of(DType::f32)) / set_.bytes; }

  x86::Vec make() const;
  x86::Vec copy(const x86::Vec& x) const;
  std::vector<x86::Vec> make(int count, std::uint64_t bits);
  x86::Vec constant(std::uint64_t bits) const;
  /// to = x op y; `to` may be x.
  void apply(asmjit::InstId op, const x86::Vec& to, const x86::Vec& x, const asmjit::Operand& y) const;
  void apply(asmjit::InstId op, const x86::Vec& to, const asmjit::Operand& x) const { apply(op, to, to, x); }
  /// All bits of the lanes of `to`, another register, in which it holds.
  void compare(const x86::Vec& to, const x86::Vec& x, const x86::Vec& y, int predicate) const;
  /// to = mask ? x : to.
  void choose(const x86::Vec& to, const x86::Vec& x, const x86::Vec& mask) const;
  void combine(const x86::Vec& to, const x86::Vec& x) const;
  void flip(const x86::Vec& x) const;
  void note_sign(const x86::Vec& x);
  void note_nan(const x86::Vec& x, const x86::Vec& y);
  void note_nans(int column, const Vector& x);
  void take(int place, const x86::Vec& x);
  x86::Mem saved(int place) const;
  void add_to_memory(const x86::Mem& at, const x86::Vec& x);
  std::vector<x86::Vec> halve(int column, int stride);
  template <class F>
  x86::Xmm across(std::vector<x86::Vec>& v, F f) const;
  void put_specials(const x86::Xmm& result);
  void store(const x86::Xmm& result, const x86::Gp& to, const x86::Gp& unit) const;

  Machine& machine_;
  const RowInstructions& set_;
  Fold fold_;
  DType type_;
  bool counts_;
  asmjit::InstId op_ = 0;  // 0: several instructions
  bool in_rows_ = false;
  int taken_ = 0;                // so many registers and places in memory hold a lane's first value
  std::vector<x86::Vec> lanes_;  // accumulators: the parts of vectors one behind the other
  // Of extremes of floats, whose instruction knows neither NaN nor the sign of zero: lanes that saw a NaN, and the
  // signs of all together.
  std::vector<x86::Vec> nans_;
  std::vector<x86::Vec> signs_;
  x86::Vec pending_;  // its neighbour is looked at with it
  x86::Mem memory_;   // lanes that have no registers, each at its place
};

}  // namespace lockstep::cpu::jit
