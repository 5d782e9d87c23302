#pragma once

// What a backend's queue may offer besides the hooks of BackendQueue. A queue that has it derives from it too; the
// engine asks, and does without where there is none.

#include <cstddef>
#include <functional>
#include <memory>

#include "lockstep/backend.hpp"

namespace lockstep {

/// Work of a queue in a form that is queued again at the cost of one call. It goes before its queue does.
class BackendGraph {
 public:
  virtual ~BackendGraph() = default;

  virtual void do_replay() = 0;
};

class GraphQueue {
 public:
  virtual ~GraphQueue() = default;

  /// `queue_work` gives this queue passes and launches that it has done before, and they are kept instead of done.
  /// Null if they cannot be kept. Throws what `queue_work` throws, and is then as before.
  virtual std::unique_ptr<BackendGraph> do_make_graph(const std::function<void()>& queue_work) = 0;
};

/// Host memory that a queue copies from and to directly.
class PinnedBuffer : public Buffer {
 public:
  PinnedBuffer(std::uint64_t bytes, std::byte* data) : Buffer(bytes), data_(data) {}
  std::byte* data() const noexcept { return data_; }

 private:
  std::byte* data_;
};

class PinnedQueue {
 public:
  virtual ~PinnedQueue() = default;

  /// Throws `out_of_memory`. The engine has waited for all copies before the memory goes.
  virtual std::unique_ptr<PinnedBuffer> do_allocate_pinned(std::uint64_t bytes) = 0;
  /// `from` has been read, or `to` is filled, when an event recorded after this is done.
  virtual void do_write_pinned(Buffer& to, std::uint64_t offset, const PinnedBuffer& from, std::uint64_t bytes) = 0;
  virtual void do_read_pinned(const Buffer& from, std::uint64_t offset, PinnedBuffer& to, std::uint64_t bytes) = 0;
};

class PeerQueue {
 public:
  virtual ~PeerQueue() = default;

  /// Copies from memory of another device, after all that `other`, a queue of that device, was given; what that one is
  /// given from here on begins after the copy. False, and nothing done, if the two cannot without the host.
  virtual bool do_copy_from(BackendQueue& other, const Buffer& from, std::uint64_t from_offset, Buffer& to,
                            std::uint64_t to_offset, std::uint64_t bytes) = 0;
};

}  // namespace lockstep
