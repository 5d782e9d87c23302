#include "progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "terminal.hpp"

namespace lockstep::app {
namespace {

constexpr double kRedraw = 0.1;
constexpr double kLongestInterval = 30;
constexpr std::size_t kWidestBar = 40;

double done_part(const Progress& p) {
  return p.steps > 0 ? static_cast<double>(p.step) / static_cast<double>(p.steps) : 1.0;
}

// From the run's mean speed: a launch's own speed jumps with the machine's load.
std::string description(const Progress& p, double particles) {
  const double done = static_cast<double>(p.step), rest = static_cast<double>(p.steps - p.step);
  std::string text =
      fmt::format("{:3.0f}%  step {} of {}", std::floor(100 * done_part(p)),
                  format_count(static_cast<std::uint64_t>(p.step)), format_count(static_cast<std::uint64_t>(p.steps)));
  if (done > 0 && p.seconds > 0)
    text += fmt::format("  {}  {} left", format_rate(done * particles / p.seconds),
                        format_seconds(p.seconds * rest / done));
  return text;
}

}  // namespace

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string format_rate(double per_second) { return fmt::format("{:.3g} particle-steps/s", per_second); }

std::string format_seconds(double seconds) {
  if (!(seconds < 1e9)) return "a long time";
  if (seconds < 0.1) return fmt::format("{:.2g} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.{}f} s", seconds, seconds < 9.95 ? 1 : 0);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string format_bar(double part, const std::string& text, std::size_t width) {
  // Two brackets, a space, and the last column, which some terminals wrap at.
  const std::size_t taken = text.size() + 4;
  if (width < taken + 5) return text.substr(0, width - std::min<std::size_t>(width, 1));
  const std::size_t length = std::min(kWidestBar, width - taken);
  const auto full = std::min(length, static_cast<std::size_t>(part * static_cast<double>(length)));
  const std::string head = full < length ? ">" : "";
  return fmt::format("[{}{}{}] {}", std::string(full, '='), head, std::string(length - full - head.size(), ' '), text);
}

ProgressBar::ProgressBar(std::uint64_t particles, bool quiet)
    : particles_(static_cast<double>(particles)), quiet_(quiet), terminal_(stderr_is_terminal()) {
  next_ = terminal_ ? kRedraw : interval_;
}

void ProgressBar::show(const Progress& progress) {
  if (is_due(progress.seconds)) draw(done_part(progress), description(progress, particles_), progress.seconds);
}

void ProgressBar::show(double part, double seconds) {
  if (!is_due(seconds)) return;
  std::string text = fmt::format("{:3.0f}%", std::floor(100 * part));
  if (part > 0) text += fmt::format("  {} left", format_seconds(seconds * (1 - part) / part));
  draw(part, text, seconds);
}

void ProgressBar::draw(double part, const std::string& text, double seconds) {
  if (terminal_) {
    const std::string line = "\r\x1b[K" + format_bar(part, text, terminal_width(STDERR_FILENO, 80));
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
    visible_ = true;
    next_ = seconds + kRedraw;
    return;
  }
  note(text);
  interval_ = std::min(2 * interval_, kLongestInterval);
  next_ = seconds + interval_;
}

void ProgressBar::hide() {
  if (!visible_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace lockstep::app
