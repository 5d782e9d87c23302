#include <fmt/format.h>

#include <memory>

#include "backends/module.hpp"
#include "backends/opencl/device.hpp"
#include "backends/opencl/info.hpp"
#include "lockstep/error.hpp"

namespace lockstep::opencl {

/// The devices of the OpenCL ICD loader.
class OpenClBackend : public Backend {
 public:
  std::string_view do_kind() const override { return "opencl"; }

  Listing do_list() override {
    Listing listing;
    for (const Found& found : find_devices(listing.problems)) listing.devices.push_back(describe(found));
    return listing;
  }

  std::unique_ptr<BackendDevice> do_open(int number, const DeviceOptions& options) override {
    std::vector<std::string> problems;
    const auto found = find_devices(problems);
    const auto index = static_cast<std::size_t>(number < 0 ? 0 : number);
    if (index < found.size()) return std::make_unique<Device>(found[index], options);
    std::string details;
    for (const std::string& problem : problems) details += (details.empty() ? "" : "\n") + problem;
    throw Error(Code::no_device, fmt::format("there is no device opencl:{}; OpenCL has {} here", index, found.size()),
                "`lockstep devices` lists what there is.", details);
  }
};

}  // namespace lockstep::opencl

extern "C" lockstep::Backend* lockstep_backend_create(int abi) {
  return abi == lockstep::kModuleAbi ? new lockstep::opencl::OpenClBackend : nullptr;
}
