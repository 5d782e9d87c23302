#include "terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "lockstep/version.hpp"

namespace lockstep::app {
namespace {

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return stderr_is_terminal() && !(no_colour && *no_colour) && term && std::strcmp(term, "dumb") != 0;
}

// The first line carries the label; the lines after it are indented only as their text is, so that a caret stays in
// place.
void write_labelled(std::string_view label, const char* colour, std::string_view message) {
  std::string text = "lockstep: ";
  text += wants_colour() ? fmt::format("\x1b[{}m{}:\x1b[0m ", colour, label) : fmt::format("{}: ", label);
  text += message;
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void write_lines(std::string_view text) {
  if (text.empty()) return;
  std::fwrite(text.data(), 1, text.size(), stderr);
  if (text.back() != '\n') std::fputc('\n', stderr);
}

}  // namespace

bool try_print(std::string_view text) noexcept {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

void print(std::string_view text) {
  if (try_print(text)) return;
  const int error = errno;
  if (error == EPIPE) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  throw Error(Code::device, fmt::format("standard output cannot be written: {}", std::strerror(error)));
}

void note(std::string_view text) { write_lines(fmt::format("lockstep: {}", text)); }

void warn(std::string_view text) { write_labelled("warning", "1;33", text); }

void report_error(std::string_view message, std::string_view advice, std::string_view details) {
  write_labelled("error", "1;31", message);
  write_lines(advice);
  write_lines(details);
}

void report(const Error& error) { report_error(error.message(), error.advice(), error.details()); }

bool stdout_is_terminal() noexcept { return ::isatty(STDOUT_FILENO) == 1; }
bool stderr_is_terminal() noexcept { return ::isatty(STDERR_FILENO) == 1; }

std::size_t terminal_width(int descriptor, std::size_t otherwise) noexcept {
  winsize size{};
  const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : otherwise;
}

std::string version_line() { return fmt::format("lockstep {}\n", version()); }

}  // namespace lockstep::app
