#pragma once

#include <string>

#include "backends/common/dialect.hpp"
#include "backends/common/layout.hpp"
#include "backends/common/work.hpp"

namespace lockstep::text {

/// The name of the kernel of each program.
inline constexpr const char* kKernelName = "lockstep_kernel";

/// The source of `program` in a C dialect for passes of one layout. The kernel takes, in this order: the arrays, the
/// outputs that are no array's elements, scratch memory if there are folds, the scalars, and the numbers of
/// geometry_names(): one by one, as one structure if the dialect says so, or as one array if the layout is packed.
/// That of the stage `finish` takes the folded outputs, scratch memory, and its numbers, never packed; its text depends
/// on little but the folds, so that many programs share it.
std::string kernel_text(const Program& program, const Layout& layout, Stage stage, const Dialect& dialect);

}  // namespace lockstep::text
