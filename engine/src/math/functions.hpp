#pragma once

#include "number.hpp"

// The mathematical functions, each written once for f32 and f64. How they are made: docs/math.md; how exact they are:
// docs/accuracy.md. A change of any result's bits raises the version in versions.def.

namespace lockstep::math {

#define LOCKSTEP_MATH_1(name, f32_version, f64_version) Number name(const Number& x);
#define LOCKSTEP_MATH_2(name, f32_version, f64_version) Number name(const Number& x, const Number& y);
#define LOCKSTEP_MATH_POWER LOCKSTEP_MATH_2
#include "versions.def"
#undef LOCKSTEP_MATH_1
#undef LOCKSTEP_MATH_2
#undef LOCKSTEP_MATH_POWER

}  // namespace lockstep::math
