#pragma once

#include <cstdint>
#include <vector>

#include "backends/common/work.hpp"

namespace lockstep::text {

/// How a pass is run, but for its buffers and scalars.
struct Plan {
  std::size_t variant = 0;  ///< which of the program's, in the backend's own list
  Work work;
  std::vector<std::uint64_t> numbers;         ///< geometry_values of Stage::run
  std::vector<std::uint64_t> finish_numbers;  ///< and of Stage::finish; empty if there is no second kernel
  std::uint64_t partial_bytes = 0;            ///< between the two kernels
};

/// Makes the plan of a complete pass; `layout` is that of the variant.
Plan make_plan(const Program& program, const Layout& layout, std::size_t variant, const Pass& pass,
               std::uint64_t compute_units);

/// The plans of the last few kinds of passes of a program. To lay out and divide a pass anew takes as long as a driver
/// takes to queue it, and a processor to run a small one.
class RecentPlans {
 public:
  /// How many are kept: a loop over a few shapes finds all of its plans, and to look through them costs nothing.
  static constexpr std::size_t kMost = 8;

  /// The plan of a pass with the same extents, strides and offsets whose operands shared buffers in the same way; null
  /// if there is none. The pass need not be complete. Valid until the next add().
  const Plan* find(const Pass& pass);
  /// Keeps the plan of the pass that find() looked for last, in place of the one that was not used for longest.
  const Plan& add(Plan plan);

 private:
  struct Entry {
    std::vector<std::uint64_t> key;
    Plan plan;
    std::uint64_t used = 0;
  };
  void read(const Pass& pass);

  std::vector<Entry> entries_;
  std::vector<std::uint64_t> key_;  ///< of the pass that was looked for last
  std::uint64_t clock_ = 0;
  std::size_t last_ = 0;  ///< the entry that was found last: most often the next one too
};

}  // namespace lockstep::text
