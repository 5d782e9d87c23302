#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "lockstep/dtype.hpp"

namespace lockstep {

class Device;

/// Host memory that one device copies from and to directly, untyped: see PinnedArray.
class HostMemory {
 public:
  class Impl;
  HostMemory() = default;
  explicit HostMemory(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  /// Blocks until all copies from and to it that were queued are done. Throws what went wrong in that work.
  void wait() const;
  /// Aligned to 64 bytes. Does not wait.
  std::byte* data() const noexcept;
  const std::shared_ptr<Impl>& impl() const noexcept { return impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

/// `size` elements in host memory that the system does not move or page out, so that the device reads and writes them
/// itself: `Device::pinned_array` makes one. Copies between it and arrays of its device take no other memory on their
/// way, and go on while the host does something else. On the CPU it is ordinary memory. A handle: copies share the
/// elements. The last one waits for the copies that are under way, then frees the memory.
template <Element T>
class PinnedArray {
 public:
  /// No elements.
  PinnedArray() = default;

  std::size_t size() const noexcept { return size_; }
  /// The elements. Blocks until the copies from and to them that were queued are done; do not use what was got earlier
  /// while later ones are under way. Throws what went wrong in that work.
  std::span<T> values() const {
    memory_.wait();
    return {reinterpret_cast<T*>(memory_.data()), size_};
  }
  const HostMemory& memory() const noexcept { return memory_; }

 private:
  friend class Device;
  PinnedArray(HostMemory memory, std::size_t size) : memory_(std::move(memory)), size_(size) {}

  HostMemory memory_;
  std::size_t size_ = 0;
};

}  // namespace lockstep
