#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

#include "lockstep/error.hpp"
#include "lockstep/shape.hpp"

/// A shape among the arguments below becomes text only when there is something to say.
template <>
struct fmt::formatter<lockstep::Shape> : fmt::formatter<std::string> {
  template <class Context>
  auto format(const lockstep::Shape& shape, Context& context) const {
    return fmt::formatter<std::string>::format(to_string(shape), context);
  }
};

namespace lockstep {

/// Throws an Error whose message is made from a format string. Advice, if any, follows after a line break in it.
template <class... A>
[[noreturn]] void fail(Code code, fmt::format_string<A...> format, A&&... arguments) {
  std::string text = fmt::format(format, std::forward<A>(arguments)...);
  const auto line_end = text.find('\n');
  if (line_end == std::string::npos) throw Error(code, std::move(text));
  throw Error(code, text.substr(0, line_end), text.substr(line_end + 1));
}

/// `fail` unless `condition` holds.
template <class... A>
void require(bool condition, Code code, fmt::format_string<A...> format, A&&... arguments) {
  if (!condition) fail(code, format, std::forward<A>(arguments)...);
}

}  // namespace lockstep
