#include "backends/cuda/device.hpp"

#include "backends/cuda/generated_program.hpp"
#include "backends/cuda/library_program.hpp"
#include "backends/cuda/native_program.hpp"
#include "backends/cuda/queue.hpp"

namespace lockstep::cuda {

std::unique_ptr<Buffer> Device::do_allocate(std::uint64_t bytes) {
  return std::make_unique<MemoryBuffer>(session_, bytes);
}

std::unique_ptr<Executable> Device::do_compile(const Program& program) {
  return std::make_unique<GeneratedProgram>(session_, program);
}

std::unique_ptr<Executable> Device::do_build(const NativeKernel& kernel) {
  if (kernel.library.empty()) return std::make_unique<NativeProgram>(session_, kernel);
  return std::make_unique<LibraryProgram>(session_, library_, kernel.library);
}

std::unique_ptr<BackendQueue> Device::do_make_queue() { return std::make_unique<Queue>(session_); }

}  // namespace lockstep::cuda
