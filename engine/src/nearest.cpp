#include "lockstep/nearest.hpp"

#include <algorithm>
#include <array>

namespace lockstep::detail {
namespace {

constexpr std::size_t kLongest = 64;
using Row = std::array<std::size_t, kLongest + 1>;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Edits between `a` and `b`, neither longer than kLongest; no part is edited twice (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<Row, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Row& row = rows[i % 3];
    const Row& above = rows[(i - 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t least = kLongest;
  for (const std::string_view candidate : candidates) {
    if (std::max(name.size(), candidate.size()) > kLongest) continue;
    const std::size_t edits = distance(name, candidate);
    if (edits < least && 3 * edits <= std::max(name.size(), candidate.size())) {
      best = candidate;
      least = edits;
    }
  }
  return best;
}

}  // namespace lockstep::detail
