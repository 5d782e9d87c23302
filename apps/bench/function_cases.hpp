#pragma once

#include <vector>

#include "case.hpp"

namespace lockstep::bench {

/// A row for each mathematical function. Right is what the C library gives in long double, within 2 units in the last
/// place: one for the engine's bound (docs/accuracy.md), one for the rounding of both.
std::vector<Case> function_cases();

}  // namespace lockstep::bench
