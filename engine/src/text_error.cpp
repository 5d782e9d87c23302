#include "text_error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep::text {
namespace {

constexpr std::size_t kWidth = 100;  ///< most characters of a source line that a message shows
constexpr std::size_t kBefore = 70;  ///< of which so many may stand before the caret

/// Printable ASCII with one '?' for anything else, so that a message is valid text whatever the source holds.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xC0) continue;  // the rest of a UTF-8 character
    out += c == '\t' || (byte >= 0x20 && byte < 0x7F) ? c : '?';
  }
  return out;
}

/// The line with a caret under its byte `column` (from 0), cut to kWidth around it.
std::string pointed(std::string_view line, std::size_t column) {
  const std::size_t from = line.size() <= kWidth || column <= kBefore ? 0 : column - kBefore;
  const std::string_view left = from > 0 ? "..." : "";
  const std::string_view right = line.size() > from + kWidth ? "..." : "";
  std::string pad(left.size(), ' ');
  for (const char c : printable(line.substr(from, column - from))) pad += c == '\t' ? '\t' : ' ';
  return fmt::format("  {}{}{}\n  {}^", left, printable(line.substr(from, kWidth)), right, pad);
}

}  // namespace

Error error_at(std::string_view source, std::size_t place, Code code, std::string_view message, std::string advice,
               std::string details) {
  place = std::min(place, source.size());
  const std::string_view before = source.substr(0, place);
  const auto line_number = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  std::string_view line = source.substr(start);
  line = line.substr(0, line.find_first_of("\r\n"));
  const std::size_t column = place - start;
  return Error(code,
               fmt::format("line {}, column {}: {}\n{}", line_number, column + 1, message,
                           pointed(line, std::min(column, line.size()))),
               std::move(advice), std::move(details));
}

void fail(std::string_view source, std::size_t place, std::string_view message, std::string advice) {
  throw error_at(source, place, Code::bad_text, message, std::move(advice));
}

}  // namespace lockstep::text
