#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "backends/cuda/session.hpp"

namespace lockstep::cuda {

/// Pinned host memory that copies go through, so that the caller's memory is free at once and the device copies at full
/// speed. A ring of slots; it grows to kMostSlots, then the oldest slot is waited for.
class Staging {
 public:
  static constexpr std::uint64_t kSlotBytes = std::uint64_t{4} << 20;
  static constexpr std::size_t kMostSlots = 16;

  explicit Staging(std::shared_ptr<const Session> session) : session_(std::move(session)) {}

  /// Queues the copy of `bytes` from the host; `from` has been read when this returns.
  void write(cudaStream_t stream, std::byte* to, const void* from, std::uint64_t bytes);
  /// Queues the copy of `bytes` to the host.
  void read(cudaStream_t stream, void* to, const std::byte* from, std::uint64_t bytes);

 private:
  /// The last leg of a read, done by the runtime's own thread.
  struct Delivery {
    void* to;
    const std::byte* from;
    std::size_t bytes;
  };
  struct Slot {
    PinnedMemory memory;
    EventHandle done;  ///< of the last copy through it
    std::uint64_t used = 0;
    std::deque<Delivery> deliveries;  ///< a deque: the places stay the same
  };
  static void CUDART_CB deliver(void* delivery);

  /// The next part of a copy: the slot at the back of the ring has room for at least one byte at `used`.
  Slot& slot_with_room(std::uint64_t bytes);

  std::shared_ptr<const Session> session_;
  std::deque<std::unique_ptr<Slot>> slots_;  ///< the one in use is the last
};

}  // namespace lockstep::cuda
