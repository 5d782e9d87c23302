#pragma once

#include "floats.hpp"

namespace lockstep::math {

/// |x| = count * (one or two quadrants) + r, where a quadrant is pi/2; |r| is at most half of those.
struct Turned {
  Number count;  ///< its lowest two bits count (with two quadrants its lowest one); unsigned, as wide as x
  Pair r;
};

/// Below, less_quadrants takes what is left of a magnitude; most angles are.
double usual_angles(const Number& like);
/// A magnitude below usual_angles less n quadrants (n pairs of them), for the nearest whole n. `odd`: for the nearest
/// odd one, which may be larger than the magnitude.
Pair less_quadrants(const Number& magnitude, const Number& n, int quadrants, bool odd = false);
/// The number of quadrants (of pairs of them) that is nearest.
Turned reduce_usual(const Number& magnitude, int quadrants);
/// The same for any finite magnitude; NaN if it is not finite. `ahead`: quadrants to add before.
Turned reduce_large(const Number& magnitude, int quadrants, int ahead = 0);

}  // namespace lockstep::math
