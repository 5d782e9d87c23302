#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "device_impl.hpp"
#include "lockstep/backend_extras.hpp"

namespace lockstep {

/// What stands behind a HostMemory. Safe to use from several threads.
class HostMemory::Impl {
 public:
  /// Throws `out_of_memory`.
  Impl(std::shared_ptr<Device::Impl> device, std::uint64_t bytes);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  const std::shared_ptr<Device::Impl>& device() const noexcept { return device_; }
  /// Null without bytes.
  PinnedBuffer* buffer() const noexcept { return buffer_.get(); }
  /// A copy from or to this memory was queued on `queue`; `done` says when it is done.
  void note_copy(const BackendQueue& queue, const Event& done);
  void wait();

 private:
  std::map<const BackendQueue*, Event> copies() const;

  std::shared_ptr<Device::Impl> device_;
  std::unique_ptr<PinnedBuffer> buffer_;
  mutable std::mutex mutex_;
  std::map<const BackendQueue*, Event> copies_;  // the last of each queue: earlier ones are done before it
};

}  // namespace lockstep
