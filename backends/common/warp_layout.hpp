#pragma once

#include "backends/common/layout.hpp"

namespace lockstep::text {

/// The family of a program on a GPU with warps; `across`: more operands lie in the order of the outputs.
Family warp_family(const Program& program, bool across);

/// Fills in what is read and written as vectors, and how work-items share the work.
void choose_vectors(Layout& layout, const Program& program, const Pass& pass);

}  // namespace lockstep::text
