#include "driver.hpp"

#include "backends/cuda/library.hpp"
#include "backends/module.hpp"
#include "engine/src/device_impl.hpp"

extern "C" lockstep::Backend* lockstep_backend_create(int abi);

namespace lockstep::test {

bool has_cub() {
  if (!cuda::library_operations().all.empty()) return true;
  MESSAGE("skipped: the build has no CUB");
  return false;
}

OnFakeCuda::OnFakeCuda() : backend_(lockstep_backend_create(kModuleAbi)) { fake::reset(); }
OnFakeCuda::~OnFakeCuda() { fake::reset(); }
Listing OnFakeCuda::list() { return backend_->do_list(); }
Device OnFakeCuda::open(int number) {
  return Device(std::make_shared<Device::Impl>(backend_->do_open(number, {}), DeviceOptions{}));
}

}  // namespace lockstep::test
