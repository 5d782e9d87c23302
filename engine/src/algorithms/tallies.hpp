#pragma once

#include "lockstep/array.hpp"

namespace lockstep::algorithms {

/// For each of `length` places the sum of the values, i64, at its indices, i64 and known to be inside; without values,
/// their number. Dense arrays; i64, wrapping.
Array tally(const Array& indices, const Array& values, std::uint64_t length);

}  // namespace lockstep::algorithms
