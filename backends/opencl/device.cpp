#include "backends/opencl/device.hpp"

#include "backends/opencl/generated_program.hpp"
#include "backends/opencl/native_program.hpp"
#include "backends/opencl/queue.hpp"

namespace lockstep::opencl {

Device::Device(const Found& found, const DeviceOptions&) : session_(std::make_shared<Session>(found)) {}

std::unique_ptr<Buffer> Device::do_allocate(std::uint64_t bytes) {
  return std::make_unique<MemoryBuffer>(session_->allocate(bytes), bytes);
}

std::unique_ptr<Executable> Device::do_compile(const Program& program) {
  return std::make_unique<GeneratedProgram>(session_, program);
}

std::unique_ptr<Executable> Device::do_build(const NativeKernel& kernel) {
  return std::make_unique<NativeProgram>(session_, kernel);
}

std::unique_ptr<BackendQueue> Device::do_make_queue() { return std::make_unique<Queue>(session_); }

}  // namespace lockstep::opencl
