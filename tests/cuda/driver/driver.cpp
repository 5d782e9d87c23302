#include "driver.hpp"

#include "backends/module.hpp"
#include "engine/src/device_impl.hpp"

extern "C" lockstep::Backend* lockstep_backend_create(int abi);

namespace lockstep::test {

OnFakeCuda::OnFakeCuda() : backend_(lockstep_backend_create(kModuleAbi)) { fake::reset(); }
OnFakeCuda::~OnFakeCuda() { fake::reset(); }
Listing OnFakeCuda::list() { return backend_->do_list(); }
Device OnFakeCuda::open(int number) {
  return Device(std::make_shared<Device::Impl>(backend_->do_open(number, {}), DeviceOptions{}));
}

}  // namespace lockstep::test
