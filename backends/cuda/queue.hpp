#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "backends/cuda/library.hpp"
#include "backends/cuda/session.hpp"
#include "backends/cuda/staging.hpp"
#include "lockstep/backend_extras.hpp"

namespace lockstep::cuda {

/// A stream.
class Queue : public BackendQueue, public GraphQueue, public PeerQueue, public PinnedQueue {
 public:
  explicit Queue(std::shared_ptr<Session> session);
  ~Queue() override;

  void do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) override;
  void do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) override;
  void do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
               std::uint64_t bytes) override;
  void do_run(const Executable& executable, const Pass& pass) override;
  void do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) override;
  std::unique_ptr<BackendEvent> do_record() override;
  void do_wait_for(const BackendEvent& event) override;
  std::unique_ptr<BackendGraph> do_make_graph(const std::function<void()>& queue_work) override;
  bool do_copy_from(BackendQueue& other, const Buffer& from, std::uint64_t from_offset, Buffer& to,
                    std::uint64_t to_offset, std::uint64_t bytes) override;
  std::unique_ptr<PinnedBuffer> do_allocate_pinned(std::uint64_t bytes) override;
  void do_write_pinned(Buffer& to, std::uint64_t offset, const PinnedBuffer& from, std::uint64_t bytes) override;
  void do_read_pinned(const Buffer& from, std::uint64_t offset, PinnedBuffer& to, std::uint64_t bytes) override;

  /// Scratch memory of at least `bytes` for the next kernels.
  std::byte* scratch_for(std::uint64_t bytes);
  /// Queues a copy into memory of the device.
  void write(std::byte* to, const void* from, std::uint64_t bytes);
  /// Queues a kernel; each argument is in the low bytes of a word.
  void start(const KernelHandle& kernel, std::uint64_t blocks, std::uint64_t block_size,
             std::vector<std::uint64_t>& arguments);
  /// Queues an operation of the library; `arguments` as that takes them.
  void start(const LibraryOperation& operation, void* scratch, std::uint64_t scratch_bytes,
             const std::vector<std::uint64_t>& arguments, std::uint64_t n);

 private:
  /// Gives the stream a piece of work, of which `queue` has the status.
  void give(const std::string& name, const auto& queue);
  /// What `other` is given from here on begins after all that this queue was given; their devices may differ.
  void let_wait(const Queue& other) const;

  std::shared_ptr<Session> session_;
  StreamHandle stream_;
  Staging staging_;
  Memory scratch_;
  std::uint64_t scratch_bytes_ = 0;
  std::vector<Memory> outgrown_;  ///< former scratch memory: queued work may use it, and freeing would wait for that
  bool capturing_ = false;
  std::vector<PinnedMemory> captured_numbers_;  ///< that captured copies read
};

}  // namespace lockstep::cuda
