#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backends/cuda/nvrtc.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::cuda {

/// What all devices need: a driver, and a compiler that fits it.
struct Platform {
  int driver = 0;   ///< the CUDA version that the driver serves
  int runtime = 0;  ///< that this module was built with
  std::shared_ptr<const Nvrtc> nvrtc;
};

/// A device that can run generated programs. Its number in Lockstep's list is that of CUDA.
struct Found {
  int number = 0;
  int architecture = 0;  ///< compute capability: 10 * major + minor
};

/// Why the driver cannot serve this module; empty if it can. `driver` is 0 if there is none.
std::string driver_problem(int driver, int runtime);
/// Why a device of this compute capability cannot be used; empty if it can.
std::string architecture_problem(int number, const std::string& name, int architecture);

/// All devices that can be used, with the platform; what is wrong with the others goes to `problems`.
std::vector<Found> find_devices(Platform& platform, std::vector<std::string>& problems);

/// What `lockstep devices` shows.
DeviceInfo describe(const Found& found, const Platform& platform);

}  // namespace lockstep::cuda
