#pragma once

#include <cstdint>
#include <vector>

#include "bits.hpp"
#include "lockstep/program.hpp"

namespace lockstep::cpu::jit {

/// Where the values of a program are computed that something depends on.
struct LoopValues {
  std::vector<std::uint32_t> before;  ///< the loops: what no element changes, other than constants
  std::vector<bool> within;           ///< one mark for each node
};

/// `kept`: the values that are looked at from outside.
LoopValues find_loop_values(const Program& program, const Bits& bits, const std::vector<std::uint32_t>& kept);

}  // namespace lockstep::cpu::jit
