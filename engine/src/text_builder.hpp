#pragma once

#include <string_view>
#include <vector>

#include "lockstep/text.hpp"
#include "text_syntax.hpp"

namespace lockstep::text {

/// What an assignment to a name that stands for an array does: gives the name to the value, as for any other name, or
/// stores in the array. Then the value is converted to the array's type and stretched to its shape.
enum class Binding { name, store };

/// Gives the names of a text their meaning, and makes expressions of it. Algorithms on what holds no array work on
/// `device`, if there is one.
/// Throws `bad_text` for an unknown name, and what building an expression throws, with the place.
std::vector<Statement> build(const Syntax& syntax, const Names& names, Binding binding, const Device* device = nullptr);

/// The array that a name stands for, or null.
const Array* array_named(const Names& names, std::string_view name);

}  // namespace lockstep::text
