#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backends/common/layout.hpp"
#include "backends/opencl/compiler.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::opencl {

/// A buffer of the driver. Its number is never used again, unlike the handle.
struct Allocation {
  Memory memory;
  std::uint64_t number = 0;
};

/// A kernel that remembers its arguments: PoCL takes longer for those of a small pass than for its elements.
class Kernel {
 public:
  Kernel() = default;
  explicit Kernel(KernelHandle handle) : handle_(std::move(handle)) {}
  cl_kernel get() const noexcept { return handle_.get(); }
  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

  void set(cl_uint index, std::size_t bytes, const void* value);
  void set(cl_uint index, const Allocation& allocation);

 private:
  /// True if the argument was not `value` already.
  bool remember(cl_uint index, std::size_t bytes, const void* value);
  /// Tells the driver; forgets the argument if that fails.
  void give(cl_uint index, std::size_t bytes, const void* value);
  KernelHandle handle_;
  std::vector<std::vector<std::byte>> given_;
};

/// What queues and programs need of their device. They share it, so that it lives as long as any of them.
struct Session {
  Found found;
  DeviceInfo info;
  ContextHandle context;
  QueueHandle transfers;  ///< makes new memory real, beside all other queues
  std::unique_ptr<Compiler> compiler;
  text::Target target = text::Target::processor;
  bool divide_in_f64 = false;                    ///< f32 division and square root are not IEEE, so they go through f64
  std::size_t parameter_bytes = 0;               ///< that a kernel may take
  std::uint64_t local_bytes = 0;                 ///< of memory that a work-group may share
  std::map<std::string, Kernel> shared_kernels;  ///< by source: kernels that many programs use

  explicit Session(const Found& found);

  /// Throws for any status but success, as opencl::check, and names the device. Finds out if the device is lost.
  void check(cl_int status, std::string_view what);
  /// Throws if the device was lost: its driver would fail in ways that tell less, or never answer.
  void require_alive() const;

  /// A buffer on the device. Throws `out_of_memory` at once where the driver can tell.
  Allocation allocate(std::uint64_t bytes);
  /// A buffer in host memory, and where the host finds it until it is unmapped.
  struct Mapping {
    Memory memory;
    std::byte* data = nullptr;
  };
  /// Throws `out_of_memory`.
  Mapping map_host_memory(std::uint64_t bytes);
  Allocation numbered(Memory memory) { return {std::move(memory), ++allocations_}; }
  QueueHandle make_queue() const;
  /// Compiles `source` and takes the kernel `name` of it.
  Kernel compile(const std::string& source, const char* name) const;

 private:
  bool answers(cl_int status) const;
  Memory make_buffer(std::uint64_t bytes, cl_mem_flags flags);

  std::atomic<bool> lost_{false};
  std::atomic<std::uint64_t> allocations_{0};
};

class MemoryBuffer : public Buffer {
 public:
  MemoryBuffer(Allocation allocation, std::uint64_t bytes) : Buffer(bytes), allocation_(std::move(allocation)) {}
  const Allocation& allocation() const noexcept { return allocation_; }

 private:
  Allocation allocation_;
};

/// What is behind a buffer of this backend.
inline const Allocation& allocation_of(const Buffer& buffer) {
  return static_cast<const MemoryBuffer&>(buffer).allocation();
}
inline cl_mem memory_of(const Buffer& buffer) { return allocation_of(buffer).memory.get(); }

}  // namespace lockstep::opencl
