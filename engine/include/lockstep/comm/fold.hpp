#pragma once

// Folds of one array whose elements lie on the ranks: the first run on rank 0, the next on rank 1, and so on.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "lockstep/comm/communicator.hpp"
#include "lockstep/device.hpp"
#include "lockstep/expr.hpp"

namespace lockstep {

/// A reduction of an array that is spread over the ranks.
struct SpreadFold {
  Reduction reduction = Reduction::sum;
  /// This rank's elements `begin` .. `end`-1, counted from its first, as an expression with one axis. It is called
  /// several times, for parts.
  std::function<Expr(std::uint64_t begin, std::uint64_t end)> elements;
};

/// Folds the elements of all ranks, `mine` of which are on this one; all folds go together, and every rank gets their
/// values, arrays of no axis on `device`. The bits are those of `reduce(reduction, all elements)` on one rank: the unit
/// tree counts elements across the ranks. So they do not depend on the number of ranks, nor on where they are cut; cuts
/// at multiples of 1024 elements (`share_of(rank, count, 1024)`) are cheapest, as no element has to move.
/// A rank sends at most 1023 elements, and two numbers for each level of the tree. Blocks.
/// Throws what `reduce` throws for no elements at all; `unsupported` for var, stddev and norm, which are made of sums:
/// for a variance, fold the squares of the distances from the mean.
std::vector<Array> fold(const Communicator& ranks, const Device& device, std::uint64_t mine,
                        std::span<const SpreadFold> folds);
/// The same for one array, of which `part` holds this rank's elements; they are taken in row-major order.
Array fold(const Communicator& ranks, Reduction reduction, const Array& part);

}  // namespace lockstep
