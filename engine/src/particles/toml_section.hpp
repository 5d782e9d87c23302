#pragma once

#include <toml++/toml.h>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::particles {

/// One table of a scenario, whose values are checked as they are read. Every error names the file, line and column, and
/// the key with all that leads to it.
class Section {
 public:
  using Keys = std::span<const std::string_view>;

  /// `path` is the dotted key of the table, empty for the whole file. Throws `bad_text` for a key that is not in
  /// `known`, with the nearest of them.
  Section(const toml::table& table, std::string path, Keys known);

  bool has(std::string_view key) const { return table_.contains(key); }
  /// The value of `key`. Throws `bad_argument` if it is missing, as all below do.
  const toml::node& need(std::string_view key) const;
  Section section(std::string_view key, Keys known) const;
  const toml::array& array(std::string_view key) const;
  std::string text(std::string_view key) const;
  /// Finite.
  double number(std::string_view key) const;
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  /// [from, to] with finite numbers from <= to, or one number for both.
  std::array<double, 2> range(std::string_view key) const;
  /// Two finite numbers.
  std::array<double, 2> pair(std::string_view key) const;
  std::vector<double> numbers(std::string_view key) const;
  std::vector<std::int64_t> integers(std::string_view key) const;
  /// The place of the key's text among `names`. Throws `bad_argument` with the nearest of them.
  std::size_t choice(std::string_view key, Keys names) const;
  /// The only one of `keys` that is there. Throws `bad_argument` if there are none or several.
  std::string_view only_one_of(Keys keys) const;

  /// Throws `bad_argument`: "file:line:column: 'path.key' REASON".
  [[noreturn]] void refuse(std::string_view key, std::string_view reason, std::string advice = {}) const;

 private:
  std::string full_name(std::string_view key) const;
  template <class T>
  std::vector<T> values(std::string_view key, std::string_view what) const;

  const toml::table& table_;
  std::string path_;
};

/// "orbits.toml:3:5"; the file alone if there is no line; "--set KEY=VALUE" for what came from the command line.
std::string place(const toml::source_region& source);

}  // namespace lockstep::particles
