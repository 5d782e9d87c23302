#pragma once

#include <optional>
#include <string>

#include "lockstep/device.hpp"

namespace lockstep::app {

/// What the last `lockstep selftest` of a device found. It holds for the device, its driver and this version of the
/// program, and is lost with any change of them.
struct KeptSelfTest {
  bool passed = false;
  std::string when;  ///< UTC, "2026-11-20T17:05:09Z"
};

/// Kept in selftest.json in the cache folder ($LOCKSTEP_CACHE_DIR, $XDG_CACHE_HOME/lockstep or ~/.cache/lockstep;
/// nowhere if LOCKSTEP_CACHE=off). What cannot be read or written is as if it were not there.
std::optional<KeptSelfTest> kept_self_test(const DeviceInfo& device);
void keep_self_test(const DeviceInfo& device, bool passed);

/// The driver and its version, as far as the device says: "3.1, OpenCL 3.0 PoCL".
std::string driver_of(const DeviceInfo& device);

}  // namespace lockstep::app
