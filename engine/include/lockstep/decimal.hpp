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

/// The number that `text` holds from its first to its last character; nothing if it holds no number or one that T
/// cannot hold. Reads what `to_decimal` writes to the same bits; a leading '+' is allowed. No locale changes it.
template <class T>
requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) std::optional<T> from_decimal(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace lockstep
