#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/program.hpp"

namespace lockstep::cpu::jit {

/// What is known of the bits of a program's values before it runs. Random numbers need it: Philox multiplies numbers of
/// 32 bits in lanes of 64, where one instruction does it for those that are known to be so small, and looks at their
/// low halves only, so that what is in the others need not be cleared.
class Bits {
 public:
  /// `kept`: the values that are looked at from outside.
  Bits(const Program& program, const std::vector<std::uint32_t>& kept);

  /// False if nothing depends on the value.
  bool is_needed(std::uint32_t node) const { return matters_[node] != 0; }
  /// The value lies below 2^length, taken without a sign.
  int length(std::uint32_t node) const;
  /// True for products of 64-bit numbers that need the low 32 bits of their operands only.
  bool is_small_product(std::uint32_t node) const;
  /// True for shifts by a constant; those of bools, which are masks, are left to the interpreter's operation.
  bool is_fixed_shift(std::uint32_t node) const;
  int shift_count(std::uint32_t node) const;
  /// True if all bits that matter are 0.
  bool is_zero(std::uint32_t node) const;
  /// The operand that has the bits that matter, of an `and`, `or` or `xor` that changes none of those; else the node.
  std::uint32_t same_as(std::uint32_t node) const;

 private:
  std::uint64_t possible_in(std::uint32_t node) const;
  void look_at_operands(std::uint32_t node);
  std::uint64_t before_shift(std::uint32_t node, std::uint64_t bits) const;
  bool is_constant(std::uint32_t node) const { return nodes_[node].op == Op::constant; }
  std::uint64_t constant_bits(std::uint32_t node) const;

  const std::vector<Node>& nodes_;
  std::vector<std::uint64_t> possible_;  // those that are not here are 0
  std::vector<std::uint64_t> matters_;   // those that are not here change no result
};

}  // namespace lockstep::cpu::jit
