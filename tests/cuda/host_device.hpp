#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "batch.hpp"
#include "host_compiler.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::test {

/// The CUDA text of programs, run on the host (cuda_on_host.hpp). First it only collects what it is given to run, in
/// any order; after `build` it runs it for real. So many kernels cost one call of the compiler.
class HostDevice : public BackendDevice {
 public:
  /// Work is divided as for a GPU with this many multiprocessors.
  explicit HostDevice(int units = 4);

  /// Compiles all that was collected since the last time. Throws `compile` with the compiler's log if it
  /// refuses it.
  void build();
  /// What was collected.
  std::vector<KernelText> texts() const;
  /// How many blocks ran.
  std::uint64_t blocks() const noexcept { return blocks_; }

  const DeviceInfo& do_info() const override { return info_; }
  std::unique_ptr<Buffer> do_allocate(std::uint64_t bytes) override;
  std::unique_ptr<Executable> do_compile(const Program& program) override;
  std::unique_ptr<Executable> do_build(const NativeKernel& kernel) override;
  std::unique_ptr<BackendQueue> do_make_queue() override;

  /// Collects the kernel, or runs it.
  void start(const KernelText& kernel, std::vector<std::uint64_t> arguments, std::uint64_t blocks,
             std::uint64_t block_size);

 private:
  DeviceInfo info_;
  std::map<KernelText, HostKernel> kernels_;
  std::vector<std::unique_ptr<HostLibrary>> libraries_;
  std::uint64_t blocks_ = 0;
};

}  // namespace lockstep::test
