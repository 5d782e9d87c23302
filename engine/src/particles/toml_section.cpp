#include "particles/toml_section.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "lockstep/error.hpp"
#include "lockstep/nearest.hpp"

namespace lockstep::particles {
namespace {

std::string suggestion(std::string_view name, Section::Keys known) {
  const std::string_view near = detail::nearest(name, known);
  const std::string all = fmt::format("It may be {}.", fmt::join(known, ", "));
  return near.empty() ? all : fmt::format("Did you mean '{}'? {}", near, all);
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

template <class T>
std::optional<T> exact_value(const toml::node& node) {
  // value_exact is strict about types: an integer is no float there.
  if (const auto number = node.value_exact<std::int64_t>()) return static_cast<T>(*number);
  if constexpr (std::same_as<T, double>) {
    const auto number = node.value_exact<double>();
    if (number && std::isfinite(*number)) return number;
  }
  return std::nullopt;
}

}  // namespace

std::string place(const toml::source_region& source) {
  const std::string file = source.path ? *source.path : std::string("scenario");
  if (!source.begin || file.starts_with("--set ")) return file;
  return fmt::format("{}:{}:{}", file, source.begin.line, source.begin.column);
}

Section::Section(const toml::table& table, std::string path, Keys known) : table_(table), path_(std::move(path)) {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    throw Error(Code::bad_text, fmt::format("{}: unknown key '{}'", place(key.source()), full_name(key.str())),
                suggestion(key.str(), known));
  }
}

std::string Section::full_name(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void Section::refuse(std::string_view key, std::string_view reason, std::string advice) const {
  const toml::node* node = table_.get(key);
  const toml::source_region& source = node && node->source().begin ? node->source() : table_.source();
  throw Error(Code::bad_argument, fmt::format("{}: '{}' {}", place(source), full_name(key), reason), std::move(advice));
}

const toml::node& Section::need(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (!node) refuse(key, "is missing", "docs/scenarios.md lists all keys, with examples.");
  return *node;
}

Section Section::section(std::string_view key, Keys known) const {
  const toml::table* table = need(key).as_table();
  if (!table) refuse(key, fmt::format("must be a table, not {}", kind_of(need(key))));
  return Section(*table, full_name(key), known);
}

const toml::array& Section::array(std::string_view key) const {
  const toml::array* array = need(key).as_array();
  if (!array) refuse(key, fmt::format("must be an array, not {}", kind_of(need(key))));
  return *array;
}

std::string Section::text(std::string_view key) const {
  const auto text = need(key).value_exact<std::string>();
  if (!text) refuse(key, fmt::format("must be a string, not {}", kind_of(need(key))));
  return *text;
}

double Section::number(std::string_view key) const {
  const auto number = exact_value<double>(need(key));
  if (const auto given = need(key).value_exact<double>(); given && !number)
    refuse(key, fmt::format("must be a finite number, got {}", *given));
  if (!number) refuse(key, fmt::format("must be a finite number, not {}", kind_of(need(key))));
  return *number;
}

std::int64_t Section::integer(std::string_view key, std::int64_t least, std::int64_t most) const {
  const auto number = exact_value<std::int64_t>(need(key));
  if (!number) refuse(key, fmt::format("must be an integer, not {}", kind_of(need(key))));
  if (*number < least) refuse(key, fmt::format("must be at least {}, got {}", least, *number));
  if (*number > most) refuse(key, fmt::format("must be at most {}, got {}", most, *number));
  return *number;
}

template <class T>
std::vector<T> Section::values(std::string_view key, std::string_view what) const {
  const toml::array& nodes = array(key);
  std::vector<T> values;
  values.reserve(nodes.size());
  for (const toml::node& node : nodes) {
    const auto value = exact_value<T>(node);
    if (!value) refuse(key, fmt::format("must hold {}; element {} is not", what, values.size()));
    values.push_back(*value);
  }
  return values;
}

std::vector<double> Section::numbers(std::string_view key) const { return values<double>(key, "finite numbers"); }
std::vector<std::int64_t> Section::integers(std::string_view key) const {
  return values<std::int64_t>(key, "integers");
}

std::array<double, 2> Section::pair(std::string_view key) const {
  const std::vector<double> values = numbers(key);
  if (values.size() != 2) refuse(key, fmt::format("must hold two numbers, got {}", values.size()));
  return {values[0], values[1]};
}

std::array<double, 2> Section::range(std::string_view key) const {
  if (!need(key).is_array()) return {number(key), number(key)};
  const auto [from, to] = pair(key);
  if (!(from <= to)) refuse(key, fmt::format("must be [least, greatest], got [{}, {}]", from, to));
  if (!std::isfinite(to - from)) refuse(key, "spans more than a number can hold");
  return {from, to};
}

std::size_t Section::choice(std::string_view key, Keys names) const {
  const std::string name = text(key);
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) refuse(key, fmt::format("has no choice '{}'", name), suggestion(name, names));
  return static_cast<std::size_t>(at - names.begin());
}

std::string_view Section::only_one_of(Keys keys) const {
  std::string_view found;
  for (const std::string_view key : keys) {
    if (!has(key)) continue;
    if (!found.empty()) refuse(key, fmt::format("and '{}' exclude each other", full_name(found)), "Give one of them.");
    found = key;
  }
  if (!found.empty()) return found;
  throw Error(Code::bad_argument,
              fmt::format("{}: '{}' needs one of {}", place(table_.source()), path_, fmt::join(keys, ", ")),
              "docs/scenarios.md lists all keys, with examples.");
}

}  // namespace lockstep::particles
