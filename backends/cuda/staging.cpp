#include "backends/cuda/staging.hpp"

#include <algorithm>
#include <cstring>

namespace lockstep::cuda {
namespace {

// Parts begin at multiples of this, which is what copies like best.
constexpr std::uint64_t kAlignment = 256;

}  // namespace

Staging::Slot& Staging::slot_with_room(std::uint64_t bytes) {
  if (!slots_.empty() && kSlotBytes - slots_.back()->used >= std::min(bytes, kSlotBytes)) return *slots_.back();
  if (!slots_.empty()) {
    Slot& oldest = *slots_.front();
    cudaError_t status = cudaEventQuery(oldest.done.get());
    if (status == cudaErrorNotReady) {
      static_cast<void>(cudaGetLastError());
      if (slots_.size() == kMostSlots) status = cudaEventSynchronize(oldest.done.get());
    }
    if (status != cudaErrorNotReady) {
      session_->check(status, "copy between host and device");
      oldest.used = 0;
      oldest.deliveries.clear();
      slots_.push_back(std::move(slots_.front()));
      slots_.pop_front();
      return *slots_.back();
    }
  }
  auto slot = std::make_unique<Slot>();
  slot->memory = session_->allocate_pinned(kSlotBytes);
  slot->done = session_->make_event(cudaEventDisableTiming);
  slots_.push_back(std::move(slot));
  return *slots_.back();
}

void Staging::write(cudaStream_t stream, std::byte* to, const void* from, std::uint64_t bytes) {
  const auto* source = static_cast<const std::byte*>(from);
  while (bytes > 0) {
    Slot& slot = slot_with_room(bytes);
    const std::uint64_t part = std::min(bytes, kSlotBytes - slot.used);
    std::byte* pinned = static_cast<std::byte*>(slot.memory.get()) + slot.used;
    std::memcpy(pinned, source, part);
    session_->check(cudaMemcpyAsync(to, pinned, part, cudaMemcpyHostToDevice, stream), "copy to the device");
    session_->check(cudaEventRecord(slot.done.get(), stream), "copy to the device");
    slot.used = std::min(kSlotBytes, (slot.used + part + kAlignment - 1) / kAlignment * kAlignment);
    source += part;
    to += part;
    bytes -= part;
  }
}

void CUDART_CB Staging::deliver(void* delivery) {
  const auto& d = *static_cast<const Delivery*>(delivery);
  std::memcpy(d.to, d.from, d.bytes);
}

void Staging::read(cudaStream_t stream, void* to, const std::byte* from, std::uint64_t bytes) {
  auto* target = static_cast<std::byte*>(to);
  while (bytes > 0) {
    Slot& slot = slot_with_room(bytes);
    const std::uint64_t part = std::min(bytes, kSlotBytes - slot.used);
    std::byte* pinned = static_cast<std::byte*>(slot.memory.get()) + slot.used;
    slot.deliveries.push_back({target, pinned, part});
    session_->check(cudaMemcpyAsync(pinned, from, part, cudaMemcpyDeviceToHost, stream), "copy to the host");
    session_->check(cudaLaunchHostFunc(stream, deliver, &slot.deliveries.back()), "copy to the host");
    session_->check(cudaEventRecord(slot.done.get(), stream), "copy to the host");
    slot.used = std::min(kSlotBytes, (slot.used + part + kAlignment - 1) / kAlignment * kAlignment);
    target += part;
    from += part;
    bytes -= part;
  }
}

}  // namespace lockstep::cuda
