#include "cpu/backend.hpp"
#include "lockstep/engine.hpp"
#include "module_backend.hpp"

namespace lockstep {

// In the order in which `auto` prefers them.
std::vector<std::unique_ptr<Backend>> default_backends() {
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(make_module_backend(
      {.kind = "cuda", .file = "liblockstep_cuda.so", .needs = "libcuda.so", .missing = "no NVIDIA driver"}));
  backends.push_back(make_module_backend({.kind = "opencl",
                                          .file = "liblockstep_opencl.so",
                                          .needs = "libOpenCL",
                                          .missing = "no OpenCL loader: install ocl-icd-libopencl1"}));
  backends.push_back(cpu::make_backend());
  return backends;
}

}  // namespace lockstep
