#pragma once

#include <string_view>

#include "lockstep/array.hpp"
#include "text_syntax.hpp"

namespace lockstep::text {

/// The view of `array` that `subscript`, which stands at `place`, selects. Throws as `Array::slice` and `Array::at`
/// do, with the place.
Array select(std::string_view source, const Array& array, const Subscript& subscript, std::size_t place);

}  // namespace lockstep::text
