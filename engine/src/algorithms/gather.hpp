#pragma once

#include "lockstep/evaluate.hpp"

namespace lockstep::algorithms {

/// x[places], where `x` is dense with one axis and every place, of any integer type, is known to be inside.
Array gather(const Array& x, const Expr& places);

}  // namespace lockstep::algorithms
