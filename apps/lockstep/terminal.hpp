#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lockstep/error.hpp"

namespace lockstep::app {

/// Writes results to standard output, complete or not at all: throws `device` if it cannot be written (a full disk).
/// A reader that went away (a closed pipe) ends the program as SIGPIPE does.
void print(std::string_view text);
/// The same, but only says whether it worked: for lines on the way to results that a closed pipe or a full disk must
/// not prevent.
bool try_print(std::string_view text) noexcept;

/// Writes a message of its own line to standard error: "lockstep: TEXT".
void note(std::string_view text);
/// The same in the form of an error or a warning, coloured on a terminal unless NO_COLOR is set.
void warn(std::string_view text);
void report(const Error& error);
void report_error(std::string_view message, std::string_view advice = {}, std::string_view details = {});

bool stdout_is_terminal() noexcept;
bool stderr_is_terminal() noexcept;
/// Columns of the terminal behind a file descriptor; `otherwise` if there is none.
std::size_t terminal_width(int descriptor, std::size_t otherwise) noexcept;

/// "lockstep 0.1.0", as a line.
std::string version_line();

}  // namespace lockstep::app
