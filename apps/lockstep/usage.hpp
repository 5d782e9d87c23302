#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <type_traits>

#include "lockstep/decimal.hpp"

namespace lockstep::app {

/// Says on standard error what is wrong with the command line, with the nearest known command or option.
void report_usage(const CLI::App& app, const CLI::ParseError& error);

/// Accepts numbers from `least` to `most`.
template <class T>
CLI::Validator number_within(T least, T most) {
  const auto check = [=](const std::string& text) -> std::string {
    const std::optional<T> value = from_decimal<T>(text);
    if (value && *value >= least && *value <= most) return {};
    return fmt::format("'{}' is no {}number from {} to {}", text, std::is_integral_v<T> ? "whole " : "", least, most);
  };
  return {check, ""};
}

}  // namespace lockstep::app
