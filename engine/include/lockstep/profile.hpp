#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/device.hpp"

namespace lockstep {

/// What a device was given to do.
enum class Work : std::uint8_t {
  pass,      ///< a fused kernel
  launch,    ///< a native kernel
  upload,    ///< a copy from host memory
  download,  ///< a copy to host memory
  compile,   ///< a program made ready for the device, by the host
};

/// "pass", "launch", "upload", "download", "compile".
std::string_view to_string(Work work) noexcept;

/// One piece of work.
struct Activity {
  Work work = Work::pass;
  std::string name;         ///< the expression, the native kernel's name, or "to device", "to host"
  int stream = 0;           ///< 0: the device's own; others in the order of their first work
  std::uint64_t bytes = 0;  ///< copied, or read and written by a kernel: each operand's elements once
  double begin = 0;         ///< seconds since the recording began, by the device's clock; of compilations by the host's
  double end = 0;
};

/// All work of one name together.
struct ProfileRow {
  Work work = Work::pass;
  std::string name;
  std::uint64_t calls = 0;
  double seconds = 0;       ///< from begin to end, added up
  std::uint64_t bytes = 0;  ///< of all calls

  /// Bytes per second; 0 without bytes or time.
  double bandwidth() const noexcept { return seconds > 0 ? static_cast<double>(bytes) / seconds : 0; }
};

/// A recording of what a device does, from its construction until `stop` or its end. One at a time for each device.
/// Begin and end are the device's events around each piece of work, so that a queue that runs empty between them, or an
/// event that takes longer than the work, counts too. A device that nobody records pays one comparison for each piece
/// of work; one that is recorded two events, and about 150 bytes of host memory.
class Profile {
 public:
  /// Blocks until the device has done what it was given before. Throws `bad_argument` if it is being recorded already.
  explicit Profile(const Device& device);
  Profile(Profile&&) noexcept;
  Profile& operator=(Profile&&) noexcept;
  ~Profile();

  /// Ends the recording. What was recorded stays.
  void stop();
  /// Seconds from its begin to its end, or until now.
  double seconds() const;

  /// What was recorded so far, in the order in which it was queued. Blocks until that is done. Throws what went wrong
  /// in that work.
  std::vector<Activity> activities() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The activities by name, those that took longest first.
std::vector<ProfileRow> summarize(std::span<const Activity> activities);

/// A timeline as JSON in the format of Chrome's traces, which Perfetto (ui.perfetto.dev) and chrome://tracing show: a
/// track for each stream and one for the host's compilations. `process`: the name above the tracks.
/// Source: "Trace Event Format", the Chromium project.
std::string to_trace(std::span<const Activity> activities, std::string_view process);

}  // namespace lockstep
