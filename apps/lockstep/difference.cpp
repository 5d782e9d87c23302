#include "difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <type_traits>

#include "lockstep/decimal.hpp"
#include "lockstep/error.hpp"

namespace lockstep::app {
namespace {

template <class T>
T element(const NpyField& field, std::uint64_t row) {
  T value;
  std::memcpy(&value, field.bytes.data() + row * sizeof(T), sizeof(T));
  return value;
}

template <class T>
std::string text_of(T value) {
  if constexpr (std::is_floating_point_v<T>) return to_decimal(value);
  if constexpr (std::is_same_v<T, bool>) return value ? "True" : "False";
  return fmt::format("{}", +value);
}

/// A number that grows with the value: neighbours in value are neighbours here.
template <class T>
auto rank_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr Bits kSign = Bits{1} << (8 * sizeof(T) - 1);
    const Bits bits = std::bit_cast<Bits>(value);
    return bits & kSign ? static_cast<Bits>(~bits) : static_cast<Bits>(bits | kSign);
  } else {
    return value;
  }
}

template <class T>
bool is_same(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return rank_of(a) == rank_of(b) || (a != a && b != b);
  return a == b;
}

template <class T>
std::optional<std::uint64_t> distance(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    if (a != a || b != b) return std::nullopt;
  const auto low = std::min(rank_of(a), rank_of(b)), high = std::max(rank_of(a), rank_of(b));
  return static_cast<std::uint64_t>(high) -
         static_cast<std::uint64_t>(low);  // wraps to the right value if low is negative
}

// NaN against a number is farther apart than any two numbers.
bool is_farther(const std::optional<std::uint64_t>& a, const std::optional<std::uint64_t>& b) {
  return b && (!a || *a > *b);
}

/// Adds one field to `total`, and marks the rows that differ.
template <class T>
void compare_field(const NpyField& a, const NpyField& b, std::size_t column, Difference& total,
                   std::vector<bool>& marked) {
  total.values += a.size();
  for (std::uint64_t row = 0; row < a.size(); ++row) {
    const T va = element<T>(a, row), vb = element<T>(b, row);
    if (is_same(va, vb)) continue;
    ++total.differing;
    if (marked.empty()) marked.resize(static_cast<std::size_t>(a.size()));
    marked[static_cast<std::size_t>(row)] = true;
    const bool is_first = !total.first || row < total.first->row;
    const auto ulps = distance(va, vb);
    const bool is_worst = !total.worst || is_farther(ulps, total.worst->ulps);
    if (!is_first && !is_worst) continue;
    const Mismatch mismatch{row, column, text_of(va), text_of(vb), ulps};
    if (is_first) total.first = mismatch;
    if (is_worst) total.worst = mismatch;
  }
}

std::string list_names(const Npy& table) {
  std::string text;
  for (const NpyField& field : table.fields) text += (text.empty() ? "" : ",") + field.name;
  return text;
}

std::vector<std::uint64_t> ids_of(const NpyField& field, const std::string& name) {
  if (!is_integer(field.type) && field.size() > 0)  // a text does not say what type nothing has
    throw Error(Code::bad_argument,
                fmt::format("'{}': column 'id' holds {}, not integers", name, to_string(field.type)));
  std::vector<std::uint64_t> ids(static_cast<std::size_t>(field.size()));
  visit(field.type, [&]<Element T>() {
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::uint64_t>(element<T>(field, i));
  });
  return ids;
}

}  // namespace

Difference find_difference(const Npy& a, const Npy& b) {
  Difference total;
  std::vector<bool> marked;
  for (std::size_t i = 0; i < a.fields.size(); ++i)
    visit(a.fields[i].type, [&]<Element T>() { compare_field<T>(a.fields[i], b.fields[i], i, total, marked); });
  total.rows = static_cast<std::uint64_t>(std::count(marked.begin(), marked.end(), true));
  return total;
}

std::string find_obstacle(const Npy& a, const Npy& b) {
  if (a.structured != b.structured)
    return fmt::format("{} is a table, {} a plain array", a.structured ? "A" : "B", a.structured ? "B" : "A");
  const std::string names_a = list_names(a), names_b = list_names(b);
  if (names_a != names_b) return fmt::format("columns {} against {}", names_a, names_b);
  if (a.shape != b.shape && a.structured && a.shape.rank() == 1 && b.shape.rank() == 1)
    return fmt::format("{} rows against {}", a.shape.size(), b.shape.size());
  if (a.shape != b.shape) return fmt::format("shape {} against {}", to_string(a.shape), to_string(b.shape));
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    if (a.fields[i].type == b.fields[i].type) continue;
    const std::string column = a.structured ? fmt::format("column {}: ", a.fields[i].name) : std::string();
    return fmt::format("{}type {} against {}", column, to_string(a.fields[i].type), to_string(b.fields[i].type));
  }
  return {};
}

Npy sorted_by_id(const Npy& table, const std::string& name) {
  const std::vector<std::uint64_t> ids = ids_of(*table.find("id"), name);
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return ids[i] < ids[j]; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (ids[order[i]] == ids[order[i - 1]])
      throw Error(Code::bad_argument, fmt::format("'{}': id {} occurs twice", name, ids[order[i]]));
  Npy sorted{table.shape, {}, true};
  for (const NpyField& field : table.fields) {
    const auto size = static_cast<std::size_t>(size_of(field.type));
    NpyField column{field.name, field.type, std::vector<std::byte>(field.bytes.size())};
    for (std::size_t i = 0; i < order.size(); ++i)
      std::memcpy(column.bytes.data() + i * size, field.bytes.data() + order[i] * size, size);
    sorted.fields.push_back(std::move(column));
  }
  return sorted;
}

std::string element_text(const NpyField& field, std::uint64_t row) {
  return visit(field.type, [&]<Element T>() { return text_of(element<T>(field, row)); });
}

}  // namespace lockstep::app
