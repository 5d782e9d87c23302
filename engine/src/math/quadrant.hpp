#pragma once

#include "floats.hpp"

namespace lockstep::math {

/// |x| = quadrant * pi/2 + r, |r| <= pi/4.
struct Quadrant {
  Number quadrant;  ///< its lowest two bits count; unsigned, as wide as x
  Pair r;
};

/// For all finite x, however large. Few are large: what only those need is computed only where there is one.
Quadrant reduce_angle(const Number& x);

}  // namespace lockstep::math
