#include "algorithms/library.hpp"

#include "device_impl.hpp"

namespace lockstep::algorithms {

std::optional<Kernel> from_library(const Device& device, const NativeKernel* kernel) {
  return kernel ? device.impl()->library_kernel(*kernel) : std::nullopt;
}

void launch_library(const Device& device, const Kernel& kernel, std::vector<Argument> arguments, std::uint64_t n) {
  arguments.insert(arguments.begin(), device.empty({device.impl()->workspace(kernel, n)}, DType::u8));
  device.launch(kernel, arguments, n);
}

}  // namespace lockstep::algorithms
