#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "batch.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::test {

/// The arrays that there are: bytes by address. None where a kernel is given memory that is not the device's.
using HostArrays = std::map<std::uint64_t, std::uint64_t>;

struct KernelLaunch {
  std::vector<std::uint64_t> arguments;  ///< a word each
  std::uint64_t blocks = 0;
  unsigned block_size = 0;
  const HostArrays& arrays;
};
using RunnableKernel = std::function<void(const KernelLaunch&)>;
/// Makes kernels from their texts, in their order.
using KernelCompiler = std::function<std::vector<RunnableKernel>(const std::vector<KernelText>&)>;

/// Compiles them for the host (cuda_on_host.hpp).
std::vector<RunnableKernel> compile_for_host(const std::vector<KernelText>& texts);

/// The CUDA text of programs, run on the host. First it only collects what it is given to run, in any order; after
/// `build` it runs it for real. So many kernels cost one call of the compiler.
class HostDevice : public BackendDevice {
 public:
  /// Work is divided as for a GPU with this many multiprocessors.
  explicit HostDevice(int units = 4, KernelCompiler compiler = compile_for_host);

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
  KernelCompiler compiler_;
  std::map<KernelText, RunnableKernel> kernels_;
  std::shared_ptr<HostArrays> arrays_ = std::make_shared<HostArrays>();
  bool is_built_ = false;
  std::uint64_t blocks_ = 0;
};

}  // namespace lockstep::test
