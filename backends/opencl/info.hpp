#pragma once

#include <vector>

#include "backends/opencl/api.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::opencl {

/// A device of the ICD loader, and its number in Lockstep's list.
struct Found {
  cl_platform_id platform = nullptr;
  cl_device_id device = nullptr;
  int number = 0;
};

/// All devices that can run generated programs, platform by platform; what is wrong with the others goes to `problems`.
std::vector<Found> find_devices(std::vector<std::string>& problems);

/// What `lockstep devices` shows.
DeviceInfo describe(const Found& found);

bool has_f64(cl_device_id device);

}  // namespace lockstep::opencl
