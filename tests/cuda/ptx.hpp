#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep::test {

/// Instructions of a PTX text, in order: "fma.rn.f32".
std::vector<std::string> instructions_of(std::string_view ptx);

/// Those that may give other bits than IEEE arithmetic, operation by operation: approximations, flushed subnormals,
/// rounding that is left to the assembler, which may then contract; and fma, unless the source asked for it.
std::vector<std::string> inexact_instructions(std::string_view ptx, bool fma_allowed);

}  // namespace lockstep::test
