#include "particles/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "lockstep/error.hpp"
#include "particles/toml_section.hpp"

namespace lockstep::particles {
namespace {

// Keys of which a scenario holds one: setting it takes the others away.
struct Alternatives {
  std::string_view table;
  std::array<std::string_view, 6> keys;
};
constexpr Alternatives kAlternatives[] = {
    {"dynamics", {"steps", "duration"}},
    {"particles", {"file", "generate", "inline", "x", "y", "w"}},
};
constexpr std::string_view kColumns[] = {"x", "y", "w"};

bool is_column(std::string_view key) {
  return std::find(std::begin(kColumns), std::end(kColumns), key) != std::end(kColumns);
}

void remove_alternatives(toml::table& scenario, const toml::table& setting) {
  for (const auto& [name, keys] : kAlternatives) {
    const toml::table* set = setting.get_as<toml::table>(name);
    toml::table* table = scenario.get_as<toml::table>(name);
    if (!set || !table) continue;
    for (const std::string_view key : keys) {
      if (key.empty() || !set->contains(key)) continue;
      for (const std::string_view other : keys)
        if (other != key && !(is_column(key) && is_column(other))) table->erase(other);
    }
  }
}

// An inline table is a value and replaces what was there; the tables that a dotted key makes are a way to a value.
void merge(toml::table& into, toml::table& from) {
  for (auto&& [key, node] : from) {
    toml::table* source = node.as_table();
    toml::table* target = into.get_as<toml::table>(key.str());
    if (source && target && !source->is_inline()) {
      merge(*target, *source);
      continue;
    }
    // clang 14 captures no structured binding.
    node.visit([&into, &name = key](auto& value) { into.insert_or_assign(name, std::move(value)); });
  }
}

std::optional<toml::table> try_parse(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

bool is_bare_word(std::string_view value) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_-./+:~ ").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !value.empty() && !std::isdigit(static_cast<unsigned char>(value.front())) &&
         std::all_of(value.begin(), value.end(), is_plain);
}

toml::table parse_override(const std::string& setting) {
  const std::string name = "--set " + setting;
  const auto equals = setting.find('=');
  if (equals != std::string::npos && equals > 0 && setting.find('\n') == std::string::npos) {
    const std::string key = setting.substr(0, equals);
    const std::string value = setting.substr(equals + 1);
    if (auto table = try_parse(key + " = " + value, name)) return std::move(*table);
    if (is_bare_word(value))
      if (auto table = try_parse(fmt::format("{} = \"{}\"", key, value), name)) return std::move(*table);
  }
  throw Error(Code::bad_argument, fmt::format("'{}' is no setting", name),
              "Write KEY=VALUE with a dotted key and a value as in TOML, such as --set dynamics.timestep=1e-3.");
}

}  // namespace

toml::table parse_toml(std::string_view text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw Error(Code::bad_text, fmt::format("{}: {}", place(error.source()), error.description()));
  }
}

void apply_overrides(toml::table& scenario, std::span<const std::string> overrides) {
  for (const std::string& text : overrides) {
    toml::table setting = parse_override(text);
    remove_alternatives(scenario, setting);
    merge(scenario, setting);
  }
}

}  // namespace lockstep::particles
