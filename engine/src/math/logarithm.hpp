#pragma once

#include "floats.hpp"

namespace lockstep::math {

/// x = 2^k m with m from sqrt(1/2) to sqrt(2), for positive finite x.
struct Decomposed {
  Number k;  ///< of the type's signed bits
  Number m;
};
Decomposed decompose(const Number& x);

/// s = f / (2 + f) in two words, with log(1 + f) = 2 atanh(s).
Pair log_argument(const Pair& f);
/// log(1 + f) for 1 + f from sqrt(1/2) to sqrt(2), as an unevaluated sum.
Pair log_reduced(const Pair& f);

/// log(2^k 2^doublings (1 + y)) of y >= -1 in two words.
Number log_of_one_more(const Pair& y, const Number& doublings);
Number log_of_one_more(const Pair& y);

}  // namespace lockstep::math
