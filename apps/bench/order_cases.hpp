#pragma once

#include <vector>

#include "case.hpp"

namespace lockstep::bench {

/// Rows whose elements depend on each other or on their places: running values, sorting, gather and scatter.
std::vector<Case> order_cases();

}  // namespace lockstep::bench
