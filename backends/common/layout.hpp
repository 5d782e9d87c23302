#pragma once

#include <vector>

#include "lockstep/backend.hpp"

namespace lockstep::text {

/// How an operand moves along the dimension in which a kernel runs.
enum class Walk : char {
  hold = 'h',    ///< one element for the whole pass
  repeat = 'r',  ///< one element for the run
  step = '1',    ///< the next element in memory
  stride = 's',  ///< a stride that is a parameter
};

/// The shape of the work. The first three are for processors, the next three for any GPU, the last three for GPUs whose
/// threads run in warps of 32 that can shuffle values.
enum class Family : char {
  blocks = 'b',    ///< elements: a work-item walks a block
  along = 'l',     ///< folds: a work-item folds units of one output, running along the folded elements
  across = 'x',    ///< folds: a work-item folds units of several outputs, running across the outputs
  elements = 'e',  ///< elements: one for each work-item
  groups = 'g',    ///< folds: a work-group folds units of one output
  items = 'i',     ///< folds: a work-item folds units of one output, its neighbours those of the next outputs
  vectors = 'v',   ///< elements: some vectors of 16 bytes for each work-item
  warps = 'w',     ///< folds: a warp or a part of it folds a unit of one output
  columns = 'c',   ///< folds: a work-group folds a unit of several outputs that lie beside each other
};

constexpr bool is_fold(Family f) noexcept {
  return f != Family::blocks && f != Family::elements && f != Family::vectors;
}

/// What the text of a kernel depends on besides its program: a variant of it. Numbers are not part of it.
struct Layout {
  Family family = Family::blocks;
  int rank = 1;  ///< at least 1, and above outer_rank if there are folds
  int outer_rank = 0;
  std::vector<Walk> arrays, indices, outputs;
  std::vector<int> same_as;  ///< for each output the array operand whose elements it overwrites, or -1
  bool separate = true;      ///< no other output shares memory with an operand
  bool narrow = true;        ///< element numbers fit in 32 bits
  bool packed = false;       ///< geometry is passed in memory, as there is too much of it for arguments
  // Families of Target::warps.
  int vector = 1;                                   ///< elements that a work-item takes at once
  std::vector<bool> array_vectors, output_vectors;  ///< whose elements are read or written as one vector
  int repeats = 1;  ///< vectors: how many vectors a work-item takes; warps: work-items that fold a unit; columns: the
                    ///< most outputs of a work-group
  int group = 256;  ///< work-items of a group
  int finish_group = 256;  ///< and of one of the second kernel of a fold

  /// The dimension along which a kernel runs in its innermost loop.
  int run_dimension() const noexcept {
    const bool beside = family == Family::across || family == Family::items || family == Family::columns;
    return beside ? outer_rank - 1 : rank - 1;
  }
  bool operator==(const Layout&) const = default;
};

/// A pass with at least one dimension, and one folded dimension if the program folds.
Pass complete(Pass pass, bool folds);

/// What sort of hardware a kernel is shaped for.
enum class Target { processor, gpu, warps };

/// Folds whose partial values carry an index: of argmin and argmax where the value was, of a user's own whether there
/// is a value at all.
constexpr bool carries_index(Fold fold) noexcept { return is_place(fold) || fold == Fold::custom; }

/// The variant of `program` that fits a complete pass.
Layout make_layout(const Program& program, const Pass& pass, Target target);

/// The variant for a pass over one dimension of contiguous arrays: for showing the text before anything ran.
Layout typical_layout(const Program& program, Target target);

bool has_folds(const Program& program) noexcept;

}  // namespace lockstep::text
