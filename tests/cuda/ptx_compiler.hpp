#pragma once

#include <memory>

#include "backends/cuda/nvrtc.hpp"
#include "host_device.hpp"

namespace lockstep::test {

/// NVRTC; null, with a message, where it cannot be loaded. LOCKSTEP_TEST_REQUIRED makes that a failure.
std::shared_ptr<const cuda::Nvrtc> load_nvrtc();

/// Kernels as NVRTC compiles them to PTX of an architecture, run by ptx_machine.
KernelCompiler compile_to_ptx(std::shared_ptr<const cuda::Nvrtc> nvrtc, int architecture);

}  // namespace lockstep::test
