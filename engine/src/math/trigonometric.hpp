#pragma once

#include "floats.hpp"

namespace lockstep::math {

/// The sine and the cosine of |r| <= pi/4, as unevaluated sums whose first words are exact.
Pair sine(const Pair& r);
Pair cosine(const Pair& r);

}  // namespace lockstep::math
