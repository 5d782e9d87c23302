#pragma once

#include <string_view>

#include "lockstep/evaluate.hpp"

namespace lockstep::algorithms {

/// Throws `bad_type` unless `indices` are integers. `call` is the name of the function for the message.
void require_integers(const Expr& indices, std::string_view call);
/// Throws `bad_argument` with the first index that is outside -length .. length-1, and its place. Waits.
void require_inside(const Array& indices, std::uint64_t length, std::string_view call);

/// Of sorted elements, which ones differ from the one before: bools, the first one true. NaNs are equal to each other.
Array first_of_equals(const Array& ordered);

}  // namespace lockstep::algorithms
