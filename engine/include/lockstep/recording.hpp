#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "lockstep/device.hpp"

namespace lockstep {

/// Work of a device that is queued again by one call: a step of a loop, without the time that the host takes to plan
/// and queue its parts. On a GPU that has graphs all of it is one launch; elsewhere its parts are queued one by one.
///
///     const Recording step(device, [&] { device.run({{x, x + h * v}, {v, v - h * x}}, {}); });  // one step
///     step.replay(999);                                                                       // and 999 more
///
/// A handle: copies are the same recording. It holds on to all memory that its work uses.
class Recording {
 public:
  /// Calls `work`, whose passes and launches on the device's own stream run as always and are kept. A replay does the
  /// same with the same arrays, those that `work` made included, whose elements it overwrites; numbers are those of
  /// now. `work` may not move elements between host and device (`to_host`, `item`, `array` of host values, algorithms
  /// that wait) nor use another stream: throws `bad_argument`. What other threads do meanwhile is not recorded.
  Recording(const Device& device, const std::function<void()>& work);

  /// Queues all of it again, `times` times. Does not block.
  void replay(std::uint64_t times = 1) const;

  /// Passes and launches of one replay.
  std::uint64_t size() const;
  /// True if the device replays it as one launch.
  bool is_graph() const;

 private:
  class Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace lockstep
