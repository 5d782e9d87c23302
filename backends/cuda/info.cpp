#include "backends/cuda/info.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "backends/cuda/api.hpp"

namespace lockstep::cuda {
namespace {

// Turing: the oldest that the toolkit in use compiles for.
constexpr int kOldestArchitecture = 75;

int attribute(int device, cudaDeviceAttr name) {
  int value = 0;
  return cudaDeviceGetAttribute(&value, name, device) == cudaSuccess ? value : 0;
}

std::string bytes(double value) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fmt::format("{:.4g} {}", value, kUnits[unit]);
}

std::string number(int value) { return fmt::to_string(value); }
std::string yes(int value) { return value != 0 ? "yes" : "no"; }
std::string size(int value) { return bytes(value); }
std::string kilohertz(int value) { return fmt::format("{} MHz", value / 1000); }

struct PropertyRow {
  const char* name;
  cudaDeviceAttr attribute;
  std::string (*text)(int);
};
constexpr PropertyRow kProperties[] = {
    {"multiprocessors", cudaDevAttrMultiProcessorCount, number},
    {"clock", cudaDevAttrClockRate, kilohertz},
    {"memory clock", cudaDevAttrMemoryClockRate, kilohertz},
    {"memory bus", cudaDevAttrGlobalMemoryBusWidth, [](int bits) { return fmt::format("{} bits", bits); }},
    {"L2 cache", cudaDevAttrL2CacheSize, size},
    {"shared memory per block", cudaDevAttrMaxSharedMemoryPerBlock, size},
    {"registers per block", cudaDevAttrMaxRegistersPerBlock, number},
    {"threads per block", cudaDevAttrMaxThreadsPerBlock, number},
    {"ECC", cudaDevAttrEccEnabled, yes},
    {"memory shared with the host", cudaDevAttrIntegrated, yes},
};

int architecture_of(int device) {
  return attribute(device, cudaDevAttrComputeCapabilityMajor) * 10 +
         attribute(device, cudaDevAttrComputeCapabilityMinor);
}

std::string capability(int architecture) { return fmt::format("{}.{}", architecture / 10, architecture % 10); }

cudaDeviceProp properties_of(int device) {
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, device) != cudaSuccess) properties.name[0] = '\0';
  return properties;
}

}  // namespace

std::string driver_problem(int driver, int runtime) {
  if (driver == 0) return "no NVIDIA driver: libcuda.so.1 was not found or cannot talk to a GPU";
  // Within a major version a newer runtime works with an older driver.
  if (driver / 1000 >= runtime / 1000) return {};
  return fmt::format("the NVIDIA driver is too old: it serves CUDA {}, and this build needs {}; install a newer driver",
                     version_text(driver), version_text(runtime));
}

std::string architecture_problem(int device, const std::string& name, int architecture) {
  if (architecture >= kOldestArchitecture) return {};
  return fmt::format("device {} ({}) cannot be used: its compute capability is {}, and at least {} is needed", device,
                     name, capability(architecture), capability(kOldestArchitecture));
}

std::vector<Found> find_devices(Platform& platform, std::vector<std::string>& problems) {
  static_cast<void>(cudaDriverGetVersion(&platform.driver));
  static_cast<void>(cudaRuntimeGetVersion(&platform.runtime));
  if (std::string problem = driver_problem(platform.driver, platform.runtime); !problem.empty()) {
    problems.push_back(std::move(problem));
    return {};
  }
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  static_cast<void>(cudaGetLastError());  // it is not the next call's
  if (status == cudaErrorNoDevice || (status == cudaSuccess && count == 0)) {
    problems.emplace_back("the NVIDIA driver has no device (CUDA_VISIBLE_DEVICES may hide it)");
    return {};
  }
  if (status != cudaSuccess) {
    problems.push_back(fmt::format("the NVIDIA driver (CUDA {}) failed to list its devices: {}",
                                   version_text(platform.driver), name_of(status)));
    return {};
  }
  std::string problem;
  platform.nvrtc = Nvrtc::load(platform.driver / 1000, problem);
  if (!platform.nvrtc) {
    problems.push_back(problem);
    return {};
  }
  std::vector<Found> found;
  for (int device = 0; device < count; ++device) {
    const int architecture = architecture_of(device);
    problem = architecture_problem(device, properties_of(device).name, architecture);
    if (problem.empty())
      found.push_back({device, architecture});
    else
      problems.push_back(problem);
  }
  return found;
}

DeviceInfo describe(const Found& found, const Platform& platform) {
  const cudaDeviceProp properties = properties_of(found.number);
  DeviceInfo info;
  info.name = fmt::format("cuda:{}", found.number);
  info.kind = "cuda";
  info.description = properties.name;
  info.memory = properties.totalGlobalMem;
  info.is_gpu = true;
  info.units = std::max(1, attribute(found.number, cudaDevAttrMultiProcessorCount));
  info.properties = {{"compute capability", capability(found.architecture)},
                     {"driver", fmt::format("CUDA {}", version_text(platform.driver))},
                     {"runtime", fmt::format("CUDA {}", version_text(platform.runtime))},
                     {"compiler", fmt::format("NVRTC {}, for {}", version_text(platform.nvrtc->version()),
                                              platform.nvrtc->target_for(found.architecture).name())},
                     {"global memory", bytes(static_cast<double>(properties.totalGlobalMem))}};
  for (const PropertyRow& row : kProperties)
    info.properties.emplace_back(row.name, row.text(attribute(found.number, row.attribute)));
  return info;
}

}  // namespace lockstep::cuda
