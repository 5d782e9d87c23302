#pragma once

#include <cstddef>
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
  std::uint32_t condition = 0;  ///< the bool that the selects look at
  bool when = false;            ///< the values are needed where the condition is this
  /// The other side is guarded too and more work, so that this one is likely the usual: a branch would gain little.
  bool is_usual = false;
  std::vector<std::uint32_t> results;  ///< those that the selects take; their other values matter to nobody
  /// The selects that take them, if all other operands of those are there by now: they belong to the guard then, and
  /// are no steps of their own. A processor need not select where nothing was computed.
  std::vector<std::uint32_t> selects;
  Schedule steps;
};

/// Parts of fewer operations cost less than a branch that is often taken the wrong way.
inline constexpr std::size_t kFewestGuarded = 10;

/// Schedules the values that are marked in `needed`, one mark for each node. `kept` are those
/// that are looked at from outside. Parts of fewer operations than `fewest` are not worth a branch and get no guard.
Schedule make_schedule(const Program& program, const std::vector<bool>& needed, const std::vector<std::uint32_t>& kept,
                       std::size_t fewest);

}  // namespace lockstep
