#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "backends/opencl/session.hpp"
#include "lockstep/backend_extras.hpp"

namespace lockstep::opencl {

/// An in-order command queue.
class Queue : public BackendQueue, public PinnedQueue {
 public:
  explicit Queue(std::shared_ptr<Session> session) : session_(std::move(session)), queue_(session_->make_queue()) {}
  ~Queue() override;

  void do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) override;
  void do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) override;
  void do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
               std::uint64_t bytes) override;
  void do_run(const Executable& executable, const Pass& pass) override;
  void do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) override;
  std::unique_ptr<BackendEvent> do_record() override;
  void do_wait_for(const BackendEvent& event) override;
  std::unique_ptr<PinnedBuffer> do_allocate_pinned(std::uint64_t bytes) override;
  void do_write_pinned(Buffer& to, std::uint64_t offset, const PinnedBuffer& from, std::uint64_t bytes) override;
  void do_read_pinned(const Buffer& from, std::uint64_t offset, PinnedBuffer& to, std::uint64_t bytes) override;

  /// Scratch memory of at least `bytes` for the next kernel.
  const Allocation& scratch_for(std::uint64_t bytes);
  /// Queues a kernel.
  void start(cl_kernel kernel, std::uint64_t groups, std::uint64_t group_size);

 private:
  /// Lets go of copies that have arrived, and makes room for one of `next` bytes.
  void forget_sent(std::uint64_t next);

  /// A copied write under way.
  struct Sent {
    EventHandle event;
    std::vector<std::byte> bytes;
  };

  /// Counts what is about to be queued. Throws if the device is lost.
  void begin();
  void write_piece(cl_mem to, std::uint64_t offset, const std::byte* from, std::uint64_t bytes);

  std::shared_ptr<Session> session_;
  std::shared_ptr<std::atomic<std::uint64_t>> done_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::uint64_t queued_ = 0;  ///< commands; all are done if as many are known to be
  std::deque<Sent> sent_;
  std::uint64_t sent_bytes_ = 0;
  Allocation scratch_;
  std::uint64_t scratch_bytes_ = 0;
  QueueHandle queue_;
};

}  // namespace lockstep::opencl
