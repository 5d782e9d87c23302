#pragma once

#include <string>
#include <vector>

#include "cache_levels.hpp"
#include "device_limits.hpp"
#include "lockstep/device.hpp"
#include "timing.hpp"

namespace lockstep::bench {

/// Something that a device reaches at most.
struct MachineLimit {
  enum class Kind {
    bandwidth,   ///< bytes per second at a memory level; `name` is the level
    throughput,  ///< operations per second without memory; a multiply-add is two
    transfer,    ///< bytes per second between host and device
  };
  Kind kind = Kind::bandwidth;
  std::string name;
  DType type = DType::f32;
  double per_second = 0;
};

struct MachineLimits {
  std::string device;
  std::string way;  ///< how they were measured
  std::vector<MachineLimit> all;
};

/// Measures the bandwidth of each memory level, multiply-adds, square roots and divisions, and transfers. On the CPU
/// with the hand-written loops, on other devices as DeviceLimits. Takes about `effort.seconds` for each. What the
/// device cannot do is left out.
MachineLimits measure_limits(const Device& device, const std::vector<CacheLevel>& caches, const Effort& effort);
MachineLimits measure_limits(DeviceLimits& device, const std::vector<CacheLevel>& caches);

/// The limits for people, a line for each group.
std::string to_text(const MachineLimits& limits);

}  // namespace lockstep::bench
