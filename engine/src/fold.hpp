#pragma once

#include <memory>
#include <vector>

#include "lockstep/expr.hpp"
#include "lockstep/program.hpp"

namespace lockstep {

/// The axes that a reduction folds, counted from the front, ascending. Throws `bad_shape` for a bad or double one.
std::vector<int> folded_axes(const Axes& axes, int rank);

/// How many elements meet in one.
std::uint64_t folded_size(const Shape& shape, const std::vector<int>& axes);

/// The expression of one fold. `combine` and the bits of the empty fold are those of Fold::custom.
Expr make_fold(Fold fold, const Expr& x, std::vector<int> axes, bool keepdims,
               std::shared_ptr<const Combine> combine = nullptr, std::uint64_t identity = 0);

}  // namespace lockstep
