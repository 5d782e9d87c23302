#pragma once

#include <vector>

#include "batch.hpp"

namespace lockstep::test {

struct HostState;

/// A kernel that the host's compiler made.
struct HostKernel {
  void (*entry)(void**) = nullptr;  ///< takes the place of each argument, as cudaLaunchKernel does
  HostState* state = nullptr;       ///< of its library
  unsigned arguments = 0;
  bool has_barriers = false;
};

/// A library of CUDA kernels that the host's compiler made (cuda_on_host.hpp).
class HostLibrary {
 public:
  /// Compiles all in one call. Throws `compile` with the compiler's log.
  explicit HostLibrary(const std::vector<KernelText>& texts);
  ~HostLibrary();
  HostLibrary(const HostLibrary&) = delete;
  HostLibrary& operator=(const HostLibrary&) = delete;

  /// In the order of the texts.
  const std::vector<HostKernel>& kernels() const noexcept { return kernels_; }

 private:
  void* library_ = nullptr;
  std::vector<HostKernel> kernels_;
};

}  // namespace lockstep::test
