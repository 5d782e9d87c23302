#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace lockstep {

/// The shortest decimal form that reads back to the same bits, as Python writes it: "0.1", "3.0", "1e-05", "-0.0",
/// "inf", "nan". No locale changes it.
std::string to_decimal(double value);
std::string to_decimal(float value);

namespace detail {
/// Of a decimal number that no float can hold: true if it lies too near to 0, false if it is too large.
bool is_too_small(std::string_view text) noexcept;
}  // namespace detail

/// The number that `text` holds from its first to its last character; nothing if it holds no number or one that T
/// cannot hold. A float is the nearest, so that one too near to 0 is 0. Reads what `to_decimal` writes to the same
/// bits; a leading '+' is allowed. No locale changes it.
template <class T>
requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) std::optional<T> from_decimal(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if constexpr (std::is_floating_point_v<T>)
    if (error == std::errc::result_out_of_range && end == text.data() + text.size() && detail::is_too_small(text))
      return text[0] == '-' ? -T{0} : T{0};
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace lockstep
