#pragma once

// Programs as native code. A block function computes n elements of every output from dense operands; how elements
// are found in memory, and folds, stay with the interpreter's tiles.

#include <cstdint>
#include <memory>
#include <optional>

#include "lockstep/program.hpp"

namespace lockstep::cpu {

/// `operands`: the arrays, then the index operands, then one result per distinct output node that is not an operand;
/// all dense. `scalars`: the parameters' bits.
using BlockFunction = void (*)(void* const* operands, const std::uint64_t* scalars, std::uint64_t n);

/// Compiled code; freed with the object.
class JitCode {
 public:
  virtual ~JitCode() = default;
  BlockFunction function = nullptr;
};

/// Where compiled code lives: one for each device.
std::shared_ptr<void> make_jit_memory();

/// Native code for AVX-512, or nothing where the program needs an operation that has no instruction (integer division,
/// remainders), this processor lacks AVX-512, or this build has no AsmJit: the interpreter then runs it.
std::unique_ptr<JitCode> jit_compile(const Program& program, const std::shared_ptr<void>& memory);

/// Result nodes in the order of the block function's operands.
std::vector<std::uint32_t> result_nodes(const Program& program);

}  // namespace lockstep::cpu
