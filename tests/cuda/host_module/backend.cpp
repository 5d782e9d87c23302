// A module in the place of the CUDA backend: the ladder of tests runs on it, through the whole engine, with the CUDA C
// of every kernel executed by the host.
#include <string>

#include "backends/module.hpp"

#include "cuda/host_device.hpp"
#include "lockstep/backend.hpp"
#include "lockstep/error.hpp"

namespace lockstep::test {
namespace {

constexpr int kUnits = 4;

class HostBackend : public Backend {
 public:
  std::string_view do_kind() const override { return "cuda"; }
  Listing do_list() override { return {{HostDevice(kUnits).do_info()}, {}}; }
  std::unique_ptr<BackendDevice> do_open(int number, const DeviceOptions&) override {
    if (number > 0) throw Error(Code::no_device, "there is no device cuda:" + std::to_string(number));
    return std::make_unique<HostDevice>(kUnits, true);
  }
};

}  // namespace
}  // namespace lockstep::test

extern "C" lockstep::Backend* lockstep_backend_create(int abi) {
  return abi == lockstep::kModuleAbi ? new lockstep::test::HostBackend : nullptr;
}
