#pragma once

// Programs as native code. A block function computes n elements of every output from dense operands; how elements
// are found in memory stays with the interpreter's tiles.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lockstep/program.hpp"

namespace lockstep::cpu {

/// `operands`: the arrays, then the index operands, then the results (`result_nodes`); all dense, but index operands as
/// `Indices` says. `scalars`: the parameters' bits.
/// In the form `fold` only nodes that are stored have results; behind them comes for each folded output where the nodes
/// of its units go, one for every 1024 elements. The first element begins a unit.
using BlockFunction = void (*)(void* const* operands, const std::uint64_t* scalars, std::uint64_t n);

enum class Form : std::uint8_t {
  map,     ///< all output nodes are stored
  fold,    ///< outputs that are folded are folded, unit by unit
  stream,  ///< as `map`, past the caches; every result begins at a multiple of 64 bytes
};
inline constexpr std::size_t kForms = 3;

/// What an index operand is.
enum class Indices : std::uint8_t {
  in_memory,  ///< its values
  in_run,     ///< an IndexRun; there is no fold of the operand itself
};
inline constexpr std::size_t kIndices = 2;

/// Values that grow from element to element.
struct IndexRun {
  std::int64_t start, step;

  IndexRun from(std::uint64_t element) const {
    return {static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + element * static_cast<std::uint64_t>(step)),
            step};
  }
};

/// Instruction sets that native code is written for.
enum class JitTarget : std::uint8_t { sse41, avx2, avx512 };

/// Two vectors of AVX2.
inline constexpr std::uint64_t kMostMultiple = 16;

/// Compiled code; freed with the object.
class JitCode {
 public:
  virtual ~JitCode() = default;
  BlockFunction function = nullptr;
  std::uint64_t multiple = 1;  ///< n must be a multiple of this: kBlock in folds, at most kMostMultiple in other forms
};

/// Where compiled code lives, and for which processor it is: one for each device.
class JitMemory {
 public:
  virtual ~JitMemory() = default;

  /// Native code, or nothing where a fold has none: the interpreter then folds.
  virtual std::unique_ptr<JitCode> compile(const Program& program, Form form, Indices indices) = 0;
};

struct BlockTable;

/// Null if this build has no AsmJit. `table` is for the same instruction set.
std::shared_ptr<JitMemory> make_jit_memory(JitTarget target, const BlockTable& table);

/// True for what a block function reads: elements of arrays, and indices.
constexpr bool is_operand(Op op) { return op == Op::load || op == Op::index; }

/// The nodes that a block function writes, in the order of its operands: each output's, but once, and no operand that
/// is only folded.
std::vector<std::uint32_t> result_nodes(const Program& program, Form form);

}  // namespace lockstep::cpu
