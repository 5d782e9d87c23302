#pragma once

#include <vector>

#include "lockstep/out_of_core.hpp"
#include "plan.hpp"

namespace lockstep {

/// What the elements of a group read. Reductions below it are arrays already.
struct HostLeaves {
  std::vector<const HostArray*> hosts;  ///< each memory once
  bool flat = true;                     ///< all have the shape of the space or one element, and none knows its axes
};
HostLeaves leaves_of(const Group& group);

/// How a group is cut: along its first axis, or as one row of all its elements.
struct ChunkPlan {
  bool flat = false;
  std::uint64_t length = 1;  ///< of what is cut: elements, or places along the first axis
  std::uint64_t step = 1;    ///< of one part
  std::uint64_t weight = 1;  ///< folded elements for each place
  bool joins = false;        ///< parts hold unfinished folds

  std::uint64_t count() const noexcept { return length == 0 ? 1 : (length - 1) / step + 1; }
};

/// Cuts a group so that a part of its operands and stored results takes at most `bytes`, if it can.
/// Throws `unsupported` where folds cannot be cut.
ChunkPlan cut(const Group& group, const HostLeaves& leaves, std::uint64_t bytes);

}  // namespace lockstep
