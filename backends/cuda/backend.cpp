#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "backends/cuda/device.hpp"
#include "backends/cuda/info.hpp"
#include "backends/module.hpp"
#include "lockstep/error.hpp"

namespace lockstep::cuda {

class CudaBackend : public Backend {
 public:
  std::string_view do_kind() const override { return "cuda"; }

  Listing do_list() override {
    Listing listing;
    Platform platform;
    for (const Found& found : find_devices(platform, listing.problems))
      listing.devices.push_back(describe(found, platform));
    return listing;
  }

  std::unique_ptr<BackendDevice> do_open(int number, const DeviceOptions&) override {
    std::vector<std::string> problems;
    Platform platform;
    const auto devices = find_devices(platform, problems);
    const int wanted = number < 0 && !devices.empty() ? devices.front().number : std::max(number, 0);
    for (const Found& found : devices)
      if (found.number == wanted) return std::make_unique<Device>(found, platform, library_operations());
    std::string details;
    for (const std::string& problem : problems) details += (details.empty() ? "" : "\n") + problem;
    throw Error(Code::no_device, fmt::format("there is no device cuda:{}; CUDA has {} here", wanted, devices.size()),
                "`lockstep devices` lists what there is.", details);
  }
};

}  // namespace lockstep::cuda

extern "C" lockstep::Backend* lockstep_backend_create(int abi) {
  return abi == lockstep::kModuleAbi ? new lockstep::cuda::CudaBackend : nullptr;
}
