#pragma once

#include "floats.hpp"

namespace lockstep::math {

/// x = k ln(2) + r with |r| <= 0.3467, r as a pair; k as a whole number of the type's signed bits.
struct ReducedExponent {
  Number k;
  Pair r;
};
ReducedExponent reduce_exponent(const Number& x);
/// For a value in two words.
ReducedExponent reduce_exponent(const Pair& x);
/// 2^x = 2^k e^r, for a value in two words.
ReducedExponent reduce_binary_exponent(const Pair& x);

/// e^r - 1 as an unevaluated sum whose first word is r.hi, for |r| <= 0.3467.
Pair expm1_reduced(const Pair& r);
/// e^r as an unevaluated sum, whose second word is up to 0.07.
Pair exp_reduced(const Pair& r);

/// e^x of x from -80 (-700) to 80 (700).
Number exp_of_moderate(const Number& x);

/// Bounds beyond which exp is 0 or infinite, with a k that `scale` takes.
Number clamp_exponent(const Number& x);
/// The same for powers of 2.
Number clamp_binary_exponent(const Number& x);

}  // namespace lockstep::math
