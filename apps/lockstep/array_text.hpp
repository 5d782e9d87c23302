#pragma once

#include <string>
#include <vector>

#include "lockstep/array.hpp"

namespace lockstep::app {

/// The elements in row-major order, each in the shortest decimal form that reads back to the same bits.
std::vector<std::string> element_texts(const Array& array);

/// An array as NumPy prints it; of an axis longer than 10 only the first and last three. A single element stands alone.
/// Reads no more from the device than it shows.
std::string array_text(const Array& array);

}  // namespace lockstep::app
