#pragma once

#include <vector>

#include "backends/common/element.hpp"
#include "backends/common/fold_text.hpp"
#include "backends/common/layout.hpp"

namespace lockstep::text {

/// What the writers of kernel bodies share.
struct KernelParts {
  const Program& program;
  const Layout& layout;
  const Dialect& dialect;
  Element element;
  std::vector<FoldText> folds;

  /// The type of element numbers.
  const char* number() const { return layout.narrow ? "uint" : "ulong"; }
};

using Body = void (*)(Writer& w, const KernelParts& k);

/// The writer of a family's kernel, and the work-items in the groups of a layout.
Body body_of(Family family);
std::uint64_t group_size_of(const Layout& layout);

/// One body for each family, and the second kernel of folds.
void blocks_body(Writer& w, const KernelParts& k);
void elements_body(Writer& w, const KernelParts& k);
void along_body(Writer& w, const KernelParts& k);
void across_body(Writer& w, const KernelParts& k);
void groups_body(Writer& w, const KernelParts& k);
void items_body(Writer& w, const KernelParts& k);
void vectors_body(Writer& w, const KernelParts& k);
void warps_body(Writer& w, const KernelParts& k);
void columns_body(Writer& w, const KernelParts& k);
void finish_body(Writer& w, const KernelParts& k);

// Parts of bodies.

/// Declares c<from> .. c<to-1>, the coordinates of element number `number` in row-major order.
void coordinates(Writer& w, const KernelParts& k, int from, int to, const std::string& number);
/// Adds 1 to the coordinates from .. to-1, which hold the place of one row after another.
void next_coordinates(Writer& w, int from, int to);
/// Stores the value in `slot` of each fold: as the result if one task made it all, else for the second kernel.
void store_folds(Writer& w, const KernelParts& k, const std::string& place, const std::string& output,
                 const std::string& chunk);
/// Declares the stacks of the tree of units: "<name>_stack".
void declare_stacks(Writer& w, const KernelParts& k, const std::string& width);
/// Pushes the slots t<n>, the `count`-th since the start, on the stacks, folding all pairs that are complete.
void push(Writer& w, const KernelParts& k, const std::string& stack, const std::string& count);
/// Leaves in t<n> what the stacks hold after `count` pushes.
void flush(Writer& w, const KernelParts& k, const std::string& stack, const std::string& count);

}  // namespace lockstep::text
