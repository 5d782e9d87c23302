#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bits.hpp"
#include "lockstep/program.hpp"

namespace lockstep::cpu::jit {

/// Where the values of a program are computed that something depends on.
struct LoopValues {
  std::vector<std::uint32_t> before;  ///< the loops: what no element changes, other than constants
  std::vector<bool> within;           ///< one mark for each node
};

inline std::span<const std::uint32_t> operands(const Node& node) {
  return std::span(node.args).first(static_cast<std::size_t>(info(node.op).arity));
}

/// `kept`: the values that are looked at from outside.
LoopValues find_loop_values(const Program& program, const Bits& bits, const std::vector<std::uint32_t>& kept);

}  // namespace lockstep::cpu::jit
