#pragma once

#include <vector>

#include "case.hpp"

namespace lockstep::bench {

/// Rows that compute much for each element, in one pass: two functions, an option's price, random points.
std::vector<Case> fused_cases();

}  // namespace lockstep::bench
