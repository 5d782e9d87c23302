#pragma once

#include <cstddef>
#include <cstdint>

#include "lockstep/program.hpp"

namespace lockstep::cpu {

/// Elements per block: one unit of the unit tree.
inline constexpr std::size_t kBlock = 1024;
inline constexpr std::size_t kLanes = 128;

/// An operation on n elements at a time. `r` overlaps no operand; operands an operation does not have are ignored.
using BlockOp = void (*)(void* r, const void* a, const void* b, const void* c, std::size_t n);

/// The node of a fold tree: a value's bits, and for argmin and argmax where it was.
struct Partial {
  std::uint64_t bits = 0;
  std::uint64_t index = 0;
};

/// How a fold runs over blocks. Elements come in rows of `width` outputs side by side, row-major: a block of one output
/// has width 1. The order inside a unit is that of the unit tree: lanes, then halving.
struct FoldOps {
  /// Folds a whole unit of one output: `n` <= 1024 values, the first at place `first` of the fold.
  Partial (*unit)(const void* values, std::size_t n, std::uint64_t first) = nullptr;
  /// Folds `rows` rows of `width` values into `lanes` (128 x width); the first row is number `row` of its unit and
  /// number `first` of the fold.
  void (*rows)(void* lanes, const void* values, std::size_t rows, std::size_t width, std::size_t row,
               std::uint64_t first) = nullptr;
  /// Folds the lanes of a unit of `rows` rows to one node for each of `width` outputs.
  void (*close)(void* lanes, std::size_t rows, std::size_t width, Partial* nodes) = nullptr;
  /// left = left op right, for neighbouring nodes.
  void (*combine)(Partial& left, const Partial& right) = nullptr;
  /// Folds the values of `n` neighbouring units, an aligned run of the tree, and overwrites them. For argmin and argmax
  /// they are the units' extreme values, and the node's index is the number of the unit that wins.
  Partial (*join)(void* values, std::size_t n) = nullptr;
  /// Of argmin and argmax: which of `n` values is the first that has these bits, or is NaN as they are. One is.
  std::size_t (*find)(const void* values, std::size_t n, std::uint64_t bits) = nullptr;
};

/// The operations compiled for one instruction set.
struct BlockTable {
  const char* name;
  /// `operand` is the type of the last operand (of select's values), `result` that of the result. Null if there is
  /// none.
  BlockOp (*op)(Op op, DType operand, DType result);
  FoldOps (*fold)(Fold fold, DType type);
};

/// The best table for this processor, or the one that LOCKSTEP_CPU_ISA names ("baseline", "sse41", "avx2",
/// "avx512").
/// Throws `bad_argument` for a name that this build or processor does not have.
const BlockTable& block_table();

}  // namespace lockstep::cpu
