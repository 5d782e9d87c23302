#pragma once

#include <string>
#include <string_view>

#include "backends/common/dialect.hpp"

namespace lockstep::text {

/// The helper functions that `code` calls (DIV_i32, CAST_f32_u8, ...), each once and after those it calls itself.
std::string helpers_for(const Dialect& dialect, std::string_view code);

}  // namespace lockstep::text
