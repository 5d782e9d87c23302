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

/// The same as a pair of about 68 digits (39 in f32): three terms of the series in two words.
Pair exact_log_reduced(const Pair& f);
/// log(x) of positive finite x in two words, to as many digits; x.lo may be anything where x.hi is below 2^-120.
Pair log_pair(const Pair& x);

/// log(2^k 2^doublings (1 + y)) of y >= -1 in two words.
Number log_of_one_more(const Pair& y, const Number& doublings);
Number log_of_one_more(const Pair& y);

}  // namespace lockstep::math
