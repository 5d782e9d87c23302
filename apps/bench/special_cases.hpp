#pragma once

#include "case.hpp"

namespace lockstep::bench {

/// The rows that are not an expression over arrays: transfers, the cost of a call, of a new expression, and orbit.
std::vector<Case> special_cases();

}  // namespace lockstep::bench
