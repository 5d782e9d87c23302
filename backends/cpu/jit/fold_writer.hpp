#pragma once

#include <cstdint>

#include "lockstep/program.hpp"
#include "vector.hpp"

namespace lockstep::cpu::jit {

/// Emits the fold of one output over units of the unit tree. Sums and products of floats keep the 128 lanes of a unit
/// apart; all other folds are exact in any order and take fewer accumulators. argmin and argmax give the extreme
/// value of each unit: where it is, is looked up in the one unit that wins.
class FoldWriter {
 public:
  virtual ~FoldWriter() = default;

  /// Vector registers that lanes take at least that are not in memory.
  virtual int registers() const = 0;
  /// True if it takes as many more as it is given.
  virtual bool takes_more() const = 0;
  /// Where the lanes of a unit are: in memory `add_at` finds them by a running index. Taken from the first row that is
  /// added, they lie in registers and need not begin with the identity; all other rows are added by the same code.
  enum class Lanes : std::uint8_t { in_memory, in_registers, from_first_row };
  /// Starts a unit. `more`: how many more registers it may take.
  virtual void begin(Lanes lanes, int more) = 0;
  /// Folds a vector of elements at `column` of a row; `tail`, if there, tells which of them exist.
  virtual void add(int column, const Vector& x, const x86::KReg* tail) = 0;
  /// The same with the lanes in memory: the elements begin at lane `lane`.
  virtual void add_at(const x86::Gp& lane, const Vector& x, const x86::KReg* tail) = 0;
  /// Ends the unit and stores its node to `to[unit]`.
  virtual void close(const x86::Gp& to, const x86::Gp& unit) = 0;
};

constexpr bool is_min_of(Fold fold) { return fold == Fold::min || fold == Fold::argmin; }
constexpr bool is_max_of(Fold fold) { return fold == Fold::max || fold == Fold::argmax; }
constexpr bool is_bitwise(Fold fold) { return fold == Fold::band || fold == Fold::bor || fold == Fold::bxor; }

/// The bits that change no value they are folded with: -0 for a sum of floats.
std::uint64_t fold_identity(Fold fold, DType type);

/// The instruction that folds two registers, for each type; 0 where several are needed. 8-bit values lie in 32-bit
/// lanes, extended by their sign or zeros.
struct FoldInstructions {
  asmjit::InstId f32, f64, i32, i64, u32, u64;
};
asmjit::InstId fold_instruction(const FoldInstructions& row, DType type);

}  // namespace lockstep::cpu::jit
