#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/cuda/api.hpp"
#include "backends/cuda/clock.hpp"
#include "backends/cuda/compiler.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::cuda {

/// A compiled kernel, with the library that holds it.
struct KernelHandle {
  Library library;
  cudaKernel_t kernel = nullptr;
  std::string name;  ///< for messages
};

/// What queues and programs need of their device. They share it, so that it lives as long as any of them.
class Session {
 public:
  Session(const Found& found, const Platform& platform);

  const Found found;
  const DeviceInfo info;
  Clock clock;
  std::map<std::string, std::shared_ptr<const KernelHandle>> shared_kernels;  ///< by source: kernels of many programs
  const bool synchronous;  ///< LOCKSTEP_CUDA_SYNC=1: wait for each kernel, so that a failure names the right one

  /// Makes the device the current one of this thread: before any other call of the runtime. Throws if it is lost.
  void use() const;
  /// Throws an Error for any status but success: `out_of_memory` for failed allocations, `device` for all else. One
  /// that ends the context marks the device as lost. `what` says what was being done, for example "run a kernel".
  void check(cudaError_t status, std::string_view what) const;

  /// Device memory; throws `out_of_memory` with the bytes asked for, free and there. May be called from any thread.
  Memory allocate(std::uint64_t bytes) const;
  PinnedMemory allocate_pinned(std::uint64_t bytes) const;
  EventHandle make_event(unsigned flags) const;
  /// Lets this device, which is the current one, read the memory of another, if the two can.
  void reach(int other) const;

  /// Compiles and loads `source`, and takes the kernel `entry` of it.
  KernelHandle load(const Compiler::Source& source, const char* entry) const;

  /// A failure shows up long after the launch: these are the kernels it may belong to.
  void note_launch(const std::string& name) const;
  void note_idle() const;

 private:
  std::string suspects() const;
  cudaError_t open(std::span<const std::byte> code, const char* entry, KernelHandle& handle) const;

  Compiler compiler_;
  mutable std::mutex mutex_;                   ///< of what follows
  mutable std::vector<std::string> launched_;  ///< the last kernels since the device was last known to be well
  mutable std::vector<int> reached_;           ///< devices that `reach` was called for
  mutable std::string lost_;                   ///< why the device is lost; empty while it is not
};

class MemoryBuffer : public Buffer {
 public:
  MemoryBuffer(std::shared_ptr<const Session> session, std::uint64_t bytes)
      : Buffer(bytes), session_(std::move(session)), memory_(session_->allocate(bytes)) {}
  std::byte* get() const noexcept { return static_cast<std::byte*>(memory_.get()); }

 private:
  std::shared_ptr<const Session> session_;
  Memory memory_;
};

/// The address of a buffer of this backend.
inline std::byte* address_of(const Buffer& buffer) { return static_cast<const MemoryBuffer&>(buffer).get(); }

}  // namespace lockstep::cuda
