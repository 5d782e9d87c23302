#pragma once

namespace lockstep::app {

/// While it lives, the first SIGINT (Ctrl-C) or SIGTERM is noted instead of ending the program, so that what was
/// computed can be written; the second ends it at once. A signal that the program was started to ignore stays ignored.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// The signal that came, or 0.
  int signal() const noexcept;
};

/// "SIGINT" or "SIGTERM"; empty for 0.
const char* signal_name(int signal) noexcept;

}  // namespace lockstep::app
