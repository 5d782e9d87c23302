#pragma once

#include <toml++/toml.h>

#include <span>
#include <string>

namespace lockstep::particles {

/// Parses TOML text; `name` stands in messages. Throws `bad_text` with file, line and column.
toml::table parse_toml(std::string_view text, const std::string& name);

/// Puts the settings "key=value" into `scenario`, in order. Throws `bad_argument` for one that does not parse.
void apply_overrides(toml::table& scenario, std::span<const std::string> overrides);

}  // namespace lockstep::particles
