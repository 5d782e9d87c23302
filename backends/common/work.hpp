#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/layout.hpp"

namespace lockstep::text {

/// Elements of a unit of the tree, its lanes, and the work-items of a group (docs/same-bits.md).
inline constexpr std::uint64_t kUnit = 1024, kLanes = 128, kGroupSize = 256;
/// Units that a work-group folds at once.
inline constexpr std::uint64_t kUnitsPerGroup = 8;
/// Outputs that Family::across folds beside each other.
inline constexpr std::uint64_t kColumns = 32;
/// Work-items of a warp, where there are warps.
inline constexpr std::uint64_t kWarp = 32;

/// Work-items of a group of the second kernel.
constexpr std::uint64_t finish_size_of(const Layout& layout) noexcept {
  const bool gpu = is_fold(layout.family) && layout.family != Family::along && layout.family != Family::across;
  return gpu ? static_cast<std::uint64_t>(layout.finish_group) : 1;
}

/// How a pass is divided. Every number is a parameter of the kernel, so that one variant serves all sizes.
struct Work {
  std::uint64_t total = 1;  ///< elements of the pass, or vectors
  /// Elements (Family::blocks) or tasks that one work-item or group takes; vectors: those of a row; warps: the warps of
  /// a task; columns: the outputs of a task.
  std::uint64_t per_item = 1;
  // Folds only. A task is a chunk of consecutive units of one output, or of one block of outputs.
  std::uint64_t folded = 1;       ///< elements folded into one output
  std::uint64_t outer = 1;        ///< outputs
  std::uint64_t columns = 1;      ///< blocks of outputs along the last kept dimension
  std::uint64_t chunk_units = 1;  ///< units of a task, a power of two
  std::uint64_t chunks = 1;       ///< tasks of one output; above 1 a second kernel folds their results
  std::uint64_t tasks = 1;
  std::uint64_t lanes = kLanes;  ///< lanes of a unit that hold anything, rounded up to a power of two
  std::uint64_t run = 1;         ///< results that a work-item of the second kernel folds, a power of two
  std::uint64_t team = 1;        ///< work-items of the second kernel that share an output, a power of two

  std::uint64_t groups = 1;                          ///< work-groups to start
  std::uint64_t group_size = 1;                      ///< work-items of each
  std::uint64_t finish_groups = 1, finish_size = 1;  ///< the same of the second kernel
};

Work make_work(const Layout& layout, const Pass& pass, std::uint64_t compute_units);

/// Where the results of tasks lie between the two kernels of a fold.
struct Partials {
  std::uint64_t bytes = 0;
  std::vector<std::uint64_t> values, indices;  ///< for each output, in bytes
};
Partials make_partials(const Program& program, const Work& work);

/// Bytes that a work-group shares in the kernels of a program's folds for GPUs; those for processors share none.
std::uint64_t shared_bytes(const Program& program);

/// Which kernel of a program: the one that runs over all elements, or the one that folds the results of its tasks.
enum class Stage { run, finish };

/// The 64-bit numbers that a kernel is given after its buffers and scalars, and what they are called in its text.
std::vector<std::string> geometry_names(const Program& program, const Layout& layout, Stage stage);
std::vector<std::uint64_t> geometry_values(const Program& program, const Layout& layout, Stage stage, const Pass& pass,
                                           const Work& work);

}  // namespace lockstep::text
