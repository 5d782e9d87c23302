#pragma once

#include <CLI/CLI.hpp>

namespace lockstep::app {

/// Says on standard error what is wrong with the command line, with the nearest known command or option.
void report_usage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace lockstep::app
