#pragma once

#include "floats.hpp"

namespace lockstep::math {

/// |x| = quadrant * pi/2 + r, |r| <= pi/4.
struct Quadrant {
  Number quadrant;  ///< modulo 4, u64
  Pair r;
};

/// For all finite x, however large. Source: Payne and Hanek, Radian reduction for trigonometric functions, 1983: the
/// product with those bits of 2/pi that matter, in integers.
Quadrant reduce_angle(const Number& x);

}  // namespace lockstep::math
