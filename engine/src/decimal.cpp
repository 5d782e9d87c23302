#include "lockstep/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep {
namespace {

template <class T>
std::string shortest(T value) {
  if (value != value) return "nan";  // without the sign, which means nothing
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";  // 'n' is that of "inf"
  return text;
}

}  // namespace

bool detail::is_too_small(std::string_view text) noexcept {
  const std::size_t exponent = std::min(text.find_first_of("eE"), text.size());
  const std::size_t point = std::min(text.find('.'), exponent);
  const std::size_t first = std::min(text.find_first_of("123456789"), exponent);
  const std::string_view written = text.substr(std::min(exponent + 1, text.size()));
  const bool is_negative = written.starts_with('-');
  // Far beyond every float, and yet no overflow where the digits are counted in.
  constexpr std::ptrdiff_t kMost = 1 << 30;
  std::ptrdiff_t power = 0;
  for (const char c : written)
    if (c >= '0' && c <= '9') power = std::min(10 * power + (c - '0'), kMost);
  return (is_negative ? -power : power) + static_cast<std::ptrdiff_t>(point) - static_cast<std::ptrdiff_t>(first) < 0;
}

std::string to_decimal(double value) { return shortest(value); }
std::string to_decimal(float value) { return shortest(value); }

}  // namespace lockstep
