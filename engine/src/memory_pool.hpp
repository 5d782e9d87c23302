#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "lockstep/device.hpp"

namespace lockstep {

/// Keeps freed buffers for reuse, and holds a device to its budget. Thread safe.
/// Reuse needs no waiting: the work of a device runs in order.
class MemoryPool {
 public:
  using Allocate = std::function<std::unique_ptr<Buffer>(std::uint64_t)>;

  /// `limit`: bytes that may be held, cached ones included.
  MemoryPool(std::string device, std::uint64_t limit, Allocate allocate);

  /// A buffer of at least `bytes` (which may be 0). Frees what is cached and asks once more before it gives up.
  /// Throws `out_of_memory` with the bytes requested, free and in total.
  std::unique_ptr<Buffer> take(std::uint64_t bytes);
  /// Never throws: a buffer that cannot be kept is freed.
  void give_back(std::unique_ptr<Buffer> buffer) noexcept;
  /// A buffer that is kept stays as it is when it is given back, until it was let go as often as it was kept.
  void keep(const Buffer& buffer);
  void let_go(const Buffer& buffer) noexcept;
  void trim() noexcept;
  MemoryUse use() const;

 private:
  std::unique_ptr<Buffer> from_cache(std::uint64_t bytes);
  void give_back_locked(std::unique_ptr<Buffer> buffer) noexcept;
  void trim_locked() noexcept;
  std::unique_ptr<Buffer> allocate_locked(std::uint64_t bytes);
  std::unique_ptr<Buffer> try_allocate(std::uint64_t bytes, bool again) const;
  [[noreturn]] void refuse_locked(std::uint64_t bytes, const std::string& reason) const;

  mutable std::mutex mutex_;
  std::string device_;
  Allocate allocate_;
  std::map<std::uint64_t, std::vector<std::unique_ptr<Buffer>>> cache_;  // by size; sizes stay when their list is empty
  struct Kept {
    int times = 0;
    std::unique_ptr<Buffer> given_back;
  };
  std::unordered_map<const Buffer*, Kept> kept_;
  MemoryUse use_;
};

}  // namespace lockstep
