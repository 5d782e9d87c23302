#pragma once

// A CUDA runtime on the host, for tests: it is linked in the place of NVIDIA's, so that the backend's own code runs
// where there is no driver. Kernels are CUDA C, executed by host_grid.cpp; nvrtc.cpp hands their text on. Those of CUB
// are PTX, executed by ptx_machine; registered.cpp starts them.
//
// It is as late as CUDA may be: what is queued runs only when somebody waits for it, asks for it or frees memory, so
// that a wait that is missing shows. Fresh memory holds a pattern, freed memory another.
#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lockstep::test::fake {

/// What the machine is like.
struct Machine {
  int devices = 2;
  int driver = CUDART_VERSION + 9;  ///< never a real one: what is kept on disk under it is not for a real one
  int capability = 90;
  std::uint64_t memory = std::uint64_t{8} << 30;  ///< of each device, in bytes
  bool peers = true;                              ///< devices reach each other's memory
  bool pools = true;                              ///< devices have the stream-ordered allocator
  bool graphs = true;                             ///< what is captured can be made ready to run
  unsigned resident_blocks = 3;                   ///< of a kernel in PTX, under way at once
};

/// May be changed between tests, when no device is open.
Machine& machine();
/// All as at first: devices are well, nothing is to fail, nothing was called.
void reset();

/// The next calls of this function fail, after as many as `after` that do not.
void fail(const std::string& function, cudaError_t status, int times = 1, int after = 0);
/// The next kernel that runs fails so, which ends its device's context if the status is one that does.
void fail_kernel(cudaError_t status);

/// How often a function was called since the last reset. Kernels that nvcc registered count under their names; what
/// starts them is called "registered kernel".
std::uint64_t calls(const std::string& function);
/// The same of all functions and kernels whose name has this in it.
std::uint64_t calls_with(const std::string& part);
/// Bytes of device memory that are allocated, on all devices.
std::uint64_t allocated();
/// How many kernels ran, and pieces of work of a library.
std::uint64_t kernels_run();

/// Of the PTX that nvcc's host code registered. The first device takes the oldest, others the newest.
std::vector<int> registered_architectures();
/// Queues or captures the work of a kernel, which counts as a call of `name` and fails as kernels do.
cudaError_t queue_work(const char* name, cudaStream_t stream, const std::function<void()>& work);

}  // namespace lockstep::test::fake
