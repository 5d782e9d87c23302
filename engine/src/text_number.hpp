#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "lockstep/dtype.hpp"
#include "text_lexer.hpp"

namespace lockstep::text {

/// A number of a text. Without a type it is weak: it adapts to what it meets.
struct Number {
  std::variant<std::int64_t, std::uint64_t, double> value;  ///< unsigned only if it does not fit in i64
  std::optional<DType> type;
};

/// Reads a number token, negated if `negative`. Throws `bad_text` for a malformed one, an unknown suffix, or a value
/// that its type cannot hold. Floats are rounded once, from the decimal digits to their type.
Number read_number(std::string_view source, const Token& token, bool negative);

}  // namespace lockstep::text
