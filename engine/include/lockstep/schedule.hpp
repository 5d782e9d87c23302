#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lockstep/program.hpp"

namespace lockstep {

struct Guard;

/// One step of a schedule: a value to compute, or values that may be skipped.
struct Step {
  std::uint32_t node = 0;
  std::shared_ptr<const Guard> guard;  ///< null for a value
};

/// The values of a program in the order in which they are computed.
using Schedule = std::vector<Step>;

/// Values that only one side of selects needs: where no element of a group takes that side, they need not be computed.
/// The reduction of large angles is such a part, and most `where(c, f(x), g(x))` of the user's have two.
struct Guard {
  std::uint32_t condition = 0;         ///< the bool that the selects look at
  bool when = false;                   ///< the values are needed where the condition is this
  std::vector<std::uint32_t> results;  ///< those that the selects take; their other values matter to nobody
  Schedule steps;
};

/// Schedules the values that are marked in `needed`, one mark for each node. `kept` are those
/// that are looked at from outside. Parts of fewer operations than `fewest` are not worth a branch and get no guard.
Schedule make_schedule(const Program& program, const std::vector<bool>& needed, const std::vector<std::uint32_t>& kept,
                       std::size_t fewest);

}  // namespace lockstep
