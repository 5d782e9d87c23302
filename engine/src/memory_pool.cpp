#include "memory_pool.hpp"

#include <algorithm>
#include <bit>

#include "require.hpp"

namespace lockstep {
namespace {

// Buffers share few sizes, so that they are found again; a size wastes at most an eighth, a large one at most 2 MiB.
constexpr std::uint64_t kSmallest = 256;
constexpr std::uint64_t kLargeStep = std::uint64_t{2} << 20;

std::uint64_t rounded(std::uint64_t bytes) {
  if (bytes <= kSmallest) return kSmallest;
  if (bytes <= kLargeStep) {
    const std::uint64_t step = std::max(kSmallest, std::bit_ceil(bytes) / 16);
    return (bytes + step - 1) / step * step;
  }
  return bytes > UINT64_MAX - kLargeStep ? bytes : (bytes + kLargeStep - 1) / kLargeStep * kLargeStep;
}

}  // namespace

MemoryPool::MemoryPool(std::string device, std::uint64_t limit, Allocate allocate)
    : device_(std::move(device)), allocate_(std::move(allocate)) {
  use_.limit = limit;
}

std::unique_ptr<Buffer> MemoryPool::from_cache(std::uint64_t bytes) {
  // A block that is much too large stays for those who need it.
  const std::uint64_t largest = bytes + bytes / 4;
  for (auto size = cache_.lower_bound(bytes); size != cache_.end() && size->first <= largest; ++size) {
    if (size->second.empty()) continue;
    std::unique_ptr<Buffer> buffer = std::move(size->second.back());
    size->second.pop_back();
    use_.cached -= buffer->bytes();
    return buffer;
  }
  return nullptr;
}

std::unique_ptr<Buffer> MemoryPool::allocate_locked(std::uint64_t bytes) {
  const auto fits = [&] { return bytes <= use_.limit && use_.in_use + use_.cached <= use_.limit - bytes; };
  if (!fits()) trim_locked();
  if (!fits()) refuse_locked(bytes, "");
  if (auto buffer = try_allocate(bytes, use_.cached > 0)) return buffer;
  trim_locked();
  return try_allocate(bytes, false);
}

/// Nothing if the device has no memory and `again` says that it will be asked once more.
std::unique_ptr<Buffer> MemoryPool::try_allocate(std::uint64_t bytes, bool again) const {
  try {
    return allocate_(bytes);
  } catch (const Error& error) {
    if (error.code() != Code::out_of_memory) throw;
    if (!again) refuse_locked(bytes, error.what());
  }
  return nullptr;
}

void MemoryPool::refuse_locked(std::uint64_t bytes, const std::string& reason) const {
  throw Error(Code::out_of_memory,
              fmt::format("{} has too little memory: {} bytes requested, {} free, {} in total", device_, bytes,
                          use_.limit - std::min(use_.in_use, use_.limit), use_.limit),
              "Free arrays, work on smaller pieces, or raise the memory budget.", reason);
}

std::unique_ptr<Buffer> MemoryPool::take(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  // A request that only rounding would push over the budget is served exactly.
  std::uint64_t size = rounded(bytes);
  if (size > use_.limit || use_.in_use > use_.limit - size) size = std::max<std::uint64_t>(bytes, 1);
  std::unique_ptr<Buffer> buffer = from_cache(size);
  if (!buffer) buffer = allocate_locked(size);
  use_.in_use += buffer->bytes();
  use_.peak = std::max(use_.peak, use_.in_use);
  return buffer;
}

void MemoryPool::give_back(std::unique_ptr<Buffer> buffer) noexcept {
  const std::lock_guard lock(mutex_);
  give_back_locked(std::move(buffer));
}

void MemoryPool::keep(const Buffer& buffer) {
  const std::lock_guard lock(mutex_);
  ++kept_[&buffer].times;
}

void MemoryPool::let_go(const Buffer& buffer) noexcept {
  const std::lock_guard lock(mutex_);
  const auto kept = kept_.find(&buffer);
  if (--kept->second.times > 0) return;
  std::unique_ptr<Buffer> unused = std::move(kept->second.given_back);
  kept_.erase(kept);
  if (unused) give_back_locked(std::move(unused));
}

void MemoryPool::give_back_locked(std::unique_ptr<Buffer> buffer) noexcept {
  if (const auto kept = kept_.find(buffer.get()); kept != kept_.end()) {
    kept->second.given_back = std::move(buffer);
    return;
  }
  const std::uint64_t bytes = buffer->bytes();
  use_.in_use -= bytes;
  try {
    cache_[bytes].push_back(std::move(buffer));
    use_.cached += bytes;
  } catch (...) {
    // No memory for the entry: the buffer is freed here.
  }
}

void MemoryPool::trim_locked() noexcept {
  cache_.clear();
  use_.cached = 0;
}

void MemoryPool::trim() noexcept {
  const std::lock_guard lock(mutex_);
  trim_locked();
}

MemoryUse MemoryPool::use() const {
  const std::lock_guard lock(mutex_);
  return use_;
}

}  // namespace lockstep
