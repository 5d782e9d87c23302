#pragma once

#include <string>

#include "plan.hpp"

namespace lockstep {

/// What a group computes, for people: "sqrt(a*a + b*b), sum(a*b)". Arrays have letters in the order in which they are
/// met, numbers that are parameters the value they have now. Longer texts are cut.
std::string formula(const Group& group);

}  // namespace lockstep
