#pragma once

#include <string>

#include "lockstep/particles/simulation.hpp"

namespace lockstep::app {

/// Shows on standard error how far a run is: a bar on a terminal, else a plain line after 1, 2, 4, .. seconds and then
/// every 30.
class ProgressBar {
 public:
  /// `particles` makes a rate of particle-steps out of the steps.
  ProgressBar(std::uint64_t particles, bool quiet);
  ~ProgressBar() { hide(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(const Progress& progress);
  /// The same for work without steps: which part of it is done, after so many seconds.
  void show(double part, double seconds);
  /// Takes the bar off the terminal, to write something else; the next `show` brings it back.
  void hide();

 private:
  bool is_due(double seconds) const { return !quiet_ && seconds >= next_; }
  void draw(double part, const std::string& text, double seconds);

  double particles_;
  bool quiet_;
  bool terminal_;
  bool visible_ = false;
  double next_ = 0;  ///< seconds of the run at which to show again
  double interval_ = 1;
};

/// One line for `width` columns: a bar of which `part` is full, and a text.
std::string format_bar(double part, const std::string& text, std::size_t width);
/// "0.72 ms", "5.3 s", "2:05", "1:02:05".
std::string format_seconds(double seconds);
/// "6.21e+08 particle-steps/s".
std::string format_rate(double per_second);
/// "1,000,000".
std::string format_count(std::uint64_t count);

}  // namespace lockstep::app
