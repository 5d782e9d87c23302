#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/device.hpp"

namespace lockstep {

/// The backends of this build, in the order in which `auto` prefers them.
std::vector<std::unique_ptr<Backend>> default_backends();

/// What one kind of device offers here.
struct BackendListing {
  std::string kind;
  Listing listing;
};

/// The list of devices, and the way to open one. Devices outlive the engine that opened them.
class Engine {
 public:
  Engine() : Engine(default_backends()) {}
  /// With backends of the caller's own, for tests and extensions.
  explicit Engine(std::vector<std::unique_ptr<Backend>> backends);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Every backend with its devices and with why others are missing. Never throws for a missing driver.
  std::vector<BackendListing> list() const;

  /// Opens a device by name: "cuda:0", "opencl:1", "cpu" (a thread per core), "cpu:4" (threads), or "auto", which takes
  /// CUDA, then an OpenCL GPU, then the CPU. An empty name means the environment variable LOCKSTEP_DEVICE, or "auto".
  /// A named device never falls back. Opening an open device gives the same one; its options must be the same.
  /// Throws `bad_argument` for a name that does not parse, `no_device` if it is not there.
  Device open(std::string_view name = {}, const DeviceOptions& options = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
