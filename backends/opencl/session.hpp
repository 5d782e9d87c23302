#pragma once

#include <map>
#include <memory>
#include <string>

#include "backends/common/layout.hpp"
#include "backends/opencl/compiler.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::opencl {

/// What queues and programs need of their device. They share it, so that it lives as long as any of them.
struct Session {
  Found found;
  DeviceInfo info;
  ContextHandle context;
  QueueHandle transfers;  ///< makes new memory real, beside all other queues
  std::unique_ptr<Compiler> compiler;
  text::Target target = text::Target::processor;
  bool divide_in_f64 = false;       ///< f32 division and square root are not IEEE, so they go through f64
  std::size_t parameter_bytes = 0;  ///< that a kernel may take
  std::map<std::string, KernelHandle> shared_kernels;  ///< by source: kernels that many programs use

  explicit Session(const Found& found);

  /// A buffer on the device. Throws `out_of_memory` at once where the driver can tell.
  Memory allocate(std::uint64_t bytes) const;
  QueueHandle make_queue() const;
  /// Compiles `source` and takes the kernel `name` of it.
  KernelHandle compile(const std::string& source, const char* name) const;
};

class MemoryBuffer : public Buffer {
 public:
  MemoryBuffer(Memory memory, std::uint64_t bytes) : Buffer(bytes), memory_(std::move(memory)) {}
  cl_mem get() const noexcept { return memory_.get(); }

 private:
  Memory memory_;
};

/// The memory object behind a buffer of this backend.
inline cl_mem memory_of(const Buffer& buffer) { return static_cast<const MemoryBuffer&>(buffer).get(); }

}  // namespace lockstep::opencl
