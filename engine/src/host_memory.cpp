#include "host_memory.hpp"

#include "require.hpp"

namespace lockstep {
namespace {

std::unique_ptr<PinnedBuffer> allocate(Device::Impl& device, std::uint64_t bytes) {
  auto* pinned = dynamic_cast<PinnedQueue*>(device.queue.get());
  require(pinned != nullptr, Code::unsupported, "{} has no host memory of its own\nCopy from ordinary memory.",
          device.info.name);
  try {
    return pinned->do_allocate_pinned(bytes);
  } catch (const Error& error) {
    if (error.code() != Code::out_of_memory) throw;
    throw Error(Code::out_of_memory,
                fmt::format("there is no host memory of {} bytes that {} can copy from and to directly", bytes,
                            device.info.name),
                "Copy in smaller pieces, or from ordinary memory.", error.what());
  }
}

}  // namespace

HostMemory::Impl::Impl(std::shared_ptr<Device::Impl> device, std::uint64_t bytes) : device_(std::move(device)) {
  if (bytes == 0) return;
  const std::lock_guard lock(device_->mutex);
  buffer_ = allocate(*device_, bytes);
}

HostMemory::Impl::~Impl() {
  for (const auto& [queue, done] : copies_) try {
      done.wait();
    } catch (...) {  // a device that failed copies no more, and its next call says so
    }
}

std::map<const BackendQueue*, Event> HostMemory::Impl::copies() const {
  const std::lock_guard lock(mutex_);
  return copies_;
}

void HostMemory::Impl::note_copy(const BackendQueue& queue, const Event& done) try {
  const std::lock_guard lock(mutex_);
  copies_.insert_or_assign(&queue, done);
} catch (const std::bad_alloc&) {
  done.wait();
}

// Not under the lock: a wait is long. What is queued meanwhile is noted anew and stays.
void HostMemory::Impl::wait() {
  for (const auto& [queue, done] : copies()) done.wait();
}

void HostMemory::wait() const {
  if (impl_) impl_->wait();
}

std::byte* HostMemory::data() const noexcept { return impl_ && impl_->buffer() ? impl_->buffer()->data() : nullptr; }

HostMemory Device::pinned_memory(std::uint64_t count, std::size_t element_bytes) const {
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(count, element_bytes, &bytes))
    fail(Code::out_of_memory, "{} elements of {} bytes have more bytes than 64 bits count", count, element_bytes);
  return HostMemory(std::make_shared<HostMemory::Impl>(impl_, bytes));
}

}  // namespace lockstep
