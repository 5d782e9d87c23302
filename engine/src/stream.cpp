// Queues of a device: transfers, events, and streams beside the device's own.
#include "device_impl.hpp"
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
          to_string(array.shape()), count);
}

}  // namespace

void Device::Impl::write(BackendQueue& on, const Array& to, const void* from) {
  const std::lock_guard lock(mutex);
  if (tape) tape->refuse_transfer();
  Buffer& buffer = to.storage()->buffer();
  order.use(on, buffer, true);
  const auto copy = [&] { on.do_write(buffer, first_byte(to), from, to.bytes()); };
  recorder ? recorder->record(Work::upload, on, Label("to device"), to.bytes(), copy) : copy();
  counters.bytes_to_device += to.bytes();
}

Event Device::Impl::read(BackendQueue& on, const Array& from, void* to) {
  const std::lock_guard lock(mutex);
  if (tape) tape->refuse_transfer();
  Buffer& buffer = from.storage()->buffer();
  order.use(on, buffer, false);
  const auto copy = [&] { on.do_read(buffer, first_byte(from), to, from.bytes()); };
  try {
    recorder ? recorder->record(Work::download, on, Label("to host"), from.bytes(), copy) : copy();
    counters.bytes_to_host += from.bytes();
    return Event(shared_from_this(), on.do_record());
  } catch (...) {
    finish(on);  // `to` ends with the caller, and a part of the copy may be under way
    throw;
  }
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
  const Assignment one{target, value};
  run({&one, 1}, {});
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

Event Stream::record() const { return impl_->device->record(*impl_->queue); }

void Stream::wait_for(const Event& event) const {
  require(event.device_ == impl_->device, Code::wrong_device, "a stream of {} waits for an event of another device",
          device().name());
  const std::lock_guard lock(impl_->device->mutex);
  impl_->queue->do_wait_for(*event.event_);
}

}  // namespace lockstep
