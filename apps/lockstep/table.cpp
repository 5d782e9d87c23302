#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "lockstep/error.hpp"

namespace lockstep::app {

std::string format_table(const std::vector<std::vector<std::string>>& rows, const std::vector<std::size_t>& right) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool to_right = std::find(right.begin(), right.end(), i) != right.end();
      line += to_right ? fmt::format("{:>{}}  ", row[i], widths[i]) : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::uint64_t parse_bytes(const std::string& text, const std::string& what) {
  const auto refuse = [&]() -> Error {
    return {Code::bad_argument, fmt::format("{}: '{}' is not a number of bytes", what, text),
            "Write a number with a unit, such as 4096, 512MiB or 1.5GiB; without the option all memory may be taken."};
  };
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !(value >= 0)) throw refuse();
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  const bool has_b = unit.ends_with('B');
  if (has_b) unit.remove_suffix(1);
  const bool has_i = unit.size() == 2 && unit.ends_with('i');
  if (has_i) unit.remove_suffix(1);
  constexpr std::string_view kPrefixes = "KMGT";
  if (unit == "k") unit = "K";
  const std::size_t power = unit.empty() ? 0 : unit.size() == 1 ? kPrefixes.find(unit.front()) + 1 : 0;
  if (power == 0 && !unit.empty()) throw refuse();
  for (std::size_t i = 0; i < power; ++i) value *= has_b && !has_i ? 1000 : 1024;
  if (!(value >= 1 && value < 0x1p63)) throw refuse();
  return static_cast<std::uint64_t>(value);
}

}  // namespace lockstep::app
