// Queues of a device: transfers, events, and streams beside the device's own.
#include "device_impl.hpp"
#include "host_memory.hpp"
#include "require.hpp"
#include "tape.hpp"

namespace lockstep {
namespace {

std::uint64_t first_byte(const Array& array) {
  return static_cast<std::uint64_t>(array.offset()) * size_of(array.dtype());
}

void check_transfer(const Stream& stream, const Array& array, DType type, std::uint64_t count) {
  require(array.valid(), Code::bad_argument, "an Array that holds no array has no elements");
  require(array.device() == stream.device(), Code::wrong_device, "a stream of {} transfers an array of {}",
          stream.device().name(), array.device().name());
  require(array.is_contiguous(), Code::bad_argument,
          "a stream transfers contiguous arrays only\nPass array.contiguous() instead.");
  require(array.dtype() == type, Code::bad_type, "the array's elements are {}, not {}", to_string(array.dtype()),
          to_string(type));
  require(array.size() == count, Code::bad_shape, "the array has {} elements (shape {}), not {}", array.size(),
          array.shape(), count);
}

}  // namespace

template <class Copy>
void Device::Impl::queue_copy(Work work, BackendQueue& on, const Array& array, const Copy& copy) {
  const bool up = work == Work::upload;
  Buffer& buffer = array.storage()->buffer();
  order.use(on, buffer, up);
  const auto queue_it = [&] { copy(buffer, first_byte(array)); };
  recorder ? recorder->record(work, on, Label(up ? "to device" : "to host"), array.bytes(), queue_it) : queue_it();
  (up ? counters.bytes_to_device : counters.bytes_to_host) += array.bytes();
}

template <class Copy>
Event Device::Impl::queue_copy_and_record(Work work, BackendQueue& on, const Array& array, const Copy& copy) {
  try {
    queue_copy(work, on, array, copy);
    return Event(shared_from_this(), on.do_record());
  } catch (...) {
    finish(on);
    throw;
  }
}

void Device::Impl::write(BackendQueue& on, const Array& to, const void* from) {
  const std::lock_guard lock(mutex);
  if (tape) tape->refuse_transfer();
  queue_copy(Work::upload, on, to,
             [&](Buffer& buffer, std::uint64_t first) { on.do_write(buffer, first, from, to.bytes()); });
}

Event Device::Impl::read(BackendQueue& on, const Array& from, void* to) {
  const std::lock_guard lock(mutex);
  if (tape) tape->refuse_transfer();
  return queue_copy_and_record(Work::download, on, from, [&](const Buffer& buffer, std::uint64_t first) {
    on.do_read(buffer, first, to, from.bytes());
  });
}

template <class Copy>
Event Device::Impl::copy_pinned(Work work, BackendQueue& on, const Array& array, const HostMemory& host,
                                const Copy& copy) {
  HostMemory::Impl& memory = *host.impl();
  require(memory.device().get() == this, Code::wrong_device, "host memory of {} is copied from or to an array of {}",
          memory.device()->info.name, info.name);
  const std::lock_guard lock(mutex);
  if (tape) tape->refuse_transfer();
  PinnedBuffer& pinned = *memory.buffer();
  order.use(on, pinned, work == Work::download);
  const Event done =
      queue_copy_and_record(work, on, array, [&](Buffer& buffer, std::uint64_t first) { copy(buffer, first, pinned); });
  memory.note_copy(on, done);
  return done;
}

Event Device::Impl::write(BackendQueue& on, const Array& to, const HostMemory& from) {
  return copy_pinned(Work::upload, on, to, from, [&](Buffer& buffer, std::uint64_t first, const PinnedBuffer& source) {
    dynamic_cast<PinnedQueue&>(on).do_write_pinned(buffer, first, source, to.bytes());
  });
}

Event Device::Impl::read(BackendQueue& on, const Array& from, const HostMemory& to) {
  return copy_pinned(Work::download, on, from, to,
                     [&](const Buffer& buffer, std::uint64_t first, PinnedBuffer& target) {
                       dynamic_cast<PinnedQueue&>(on).do_read_pinned(buffer, first, target, from.bytes());
                     });
}

void Device::Impl::finish(BackendQueue& on) noexcept {
  try {
    on.do_record()->do_wait();
  } catch (...) {  // a device that is lost does nothing more
  }
}

Event Device::Impl::record(BackendQueue& on) {
  const std::lock_guard lock(mutex);
  return Event(shared_from_this(), on.do_record());
}

bool Device::Impl::is_lost() {
  const std::lock_guard lock(mutex);
  try {
    queue->do_record();
    return false;
  } catch (const Error& error) {
    return error.code() == Code::device;
  }
}

Stream::Impl::Impl(std::shared_ptr<Device::Impl> of) : device(std::move(of)) {
  const std::lock_guard lock(device->mutex);
  queue = device->backend->do_make_queue();
  device->order.add(*queue);
}

Stream::Impl::~Impl() {
  try {
    device->record(*queue).wait();
  } catch (...) {
    // What failed was reported, or will be, by the events that were recorded for it.
  }
  const std::lock_guard lock(device->mutex);
  device->order.remove(*queue);
  queue.reset();
}

BackendQueue& Stream::queue() const noexcept { return *impl_->queue; }
Device Stream::device() const { return Device(impl_->device); }

std::vector<Array> Stream::evaluate(std::span<const Expr> values) const {
  return impl_->device->run(*impl_->queue, {}, values);
}

void Stream::assign(const Array& target, const Expr& value) const {
  const Want one{&value, &target};
  impl_->device->run(*impl_->queue, {&one, 1});
}

std::vector<Array> Stream::run(std::span<const Assignment> assignments, std::span<const Expr> values) const {
  return impl_->device->run(*impl_->queue, assignments, values);
}

void Stream::launch(const Kernel& kernel, std::span<const Argument> arguments, std::uint64_t n) const {
  impl_->device->launch(*impl_->queue, kernel, arguments, n);
}

Event Stream::read_bytes(const Array& from, void* to, DType type, std::uint64_t count) const {
  check_transfer(*this, from, type, count);
  return from.size() ? impl_->device->read(*impl_->queue, from, to) : record();
}

void Stream::write_bytes(const Array& to, const void* from, DType type, std::uint64_t count) const {
  check_transfer(*this, to, type, count);
  if (to.size()) impl_->device->write(*impl_->queue, to, from);
}

Event Stream::read_pinned(const Array& from, const HostMemory& to, DType type, std::uint64_t count) const {
  check_transfer(*this, from, type, count);
  return from.size() ? impl_->device->read(*impl_->queue, from, to) : record();
}

Event Stream::write_pinned(const Array& to, const HostMemory& from, DType type, std::uint64_t count) const {
  check_transfer(*this, to, type, count);
  return to.size() ? impl_->device->write(*impl_->queue, to, from) : record();
}

Event Stream::record() const { return impl_->device->record(*impl_->queue); }

void Stream::wait_for(const Event& event) const {
  require(event.device_ == impl_->device, Code::wrong_device, "a stream of {} waits for an event of another device",
          device().name());
  const std::lock_guard lock(impl_->device->mutex);
  impl_->queue->do_wait_for(*event.event_);
}

}  // namespace lockstep
