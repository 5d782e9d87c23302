#pragma once

#include <deque>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "lockstep/backend_extras.hpp"
#include "memory_pool.hpp"
#include "queue_order.hpp"

namespace lockstep {

/// What stands behind a Recording: passes and launches of one thread on one queue. The caller holds the device's lock.
class Tape {
 public:
  Tape(BackendQueue& queue, MemoryPool& pool) : queue_(queue), pool_(pool) {}
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// True if this thread's work on `on` is to be kept. Throws `bad_argument` if it is on another queue.
  bool keeps(const BackendQueue& on) const;
  /// Throws `bad_argument` if this thread is the one that records.
  void refuse_transfer() const;

  void add(std::shared_ptr<const Executable> executable, const Pass& pass);
  void add(std::shared_ptr<const Executable> executable, std::span<const NativeArgument> arguments, std::uint64_t n,
           const std::vector<Parameter>& parameters);

  /// Nothing more is added. Makes a graph where there are such.
  void finish();
  /// Queues all of it.
  void replay(QueueOrder& order) const;

  std::uint64_t passes() const noexcept { return passes_; }
  std::uint64_t launches() const noexcept { return entries_.size() - passes_; }
  bool is_graph() const noexcept { return graph_ != nullptr; }

 private:
  struct Entry {
    std::shared_ptr<const Executable> executable;
    bool is_pass = false;  ///< else a launch
    Pass pass;
    std::vector<Operand> operands;
    std::vector<std::uint64_t> scalars;
    std::vector<NativeArgument> arguments;
    std::uint64_t n = 0;
  };
  void use(Buffer& buffer, bool writes);
  void queue_entries() const;

  BackendQueue& queue_;
  MemoryPool& pool_;
  std::thread::id thread_ = std::this_thread::get_id();
  std::deque<Entry> entries_;
  std::uint64_t passes_ = 0;
  std::unordered_map<Buffer*, bool> buffers_;  ///< all that it uses; true if it writes them
  std::unique_ptr<BackendGraph> graph_;
};

}  // namespace lockstep
