#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lockstep::detail {

/// A value of the Python subset that NumPy writes into its headers: strings, non-negative integers, True, False and
/// None, lists, tuples and dictionaries with string keys.
struct PythonLiteral {
  enum class Kind { text, integer, boolean, none, list, tuple, dictionary };
  Kind kind = Kind::none;
  std::string text{};  ///< of a string; the digits of an integer
  bool truth = false;  ///< of a boolean
  std::vector<PythonLiteral> items{};
  std::vector<std::string> keys{};  ///< of a dictionary, one for each item

  /// The item of a dictionary, or null.
  const PythonLiteral* find(std::string_view key) const noexcept;
};

/// Reads one literal that fills `source`. Throws `bad_text` with what is wrong and where.
PythonLiteral parse_python_literal(std::string_view source);

/// `text` as a Python string in quotes.
std::string python_string(std::string_view text);

}  // namespace lockstep::detail
