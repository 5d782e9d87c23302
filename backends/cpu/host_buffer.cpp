#include "host_buffer.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "lockstep/error.hpp"

namespace lockstep::cpu {
namespace {

constexpr std::uint64_t kHugePage = std::uint64_t{2} << 20;
// Below this the kernel's own bookkeeping is good enough; above, a wrong guess wakes the out-of-memory killer.
constexpr std::uint64_t kCheckedSize = std::uint64_t{64} << 20;

/// The number after `key` in a file of "key: number kB" lines; 0 if it is not there.
std::uint64_t kib_line(const char* path, const std::string& key) {
  std::ifstream file(path);
  std::string word;
  while (file >> word)
    if (word == key) {
      std::uint64_t kib = 0;
      file >> kib;
      return kib * 1024;
    }
  return 0;
}

[[noreturn]] void out_of_memory(std::uint64_t bytes, std::uint64_t available) {
  throw Error(Code::out_of_memory,
              "the machine has too little memory: " + std::to_string(bytes) + " bytes requested, " +
                  std::to_string(available) + " free, " + std::to_string(total_memory()) + " in total",
              "Free arrays, or work on smaller pieces.");
}

}  // namespace

HostBuffer::HostBuffer(std::uint64_t bytes) : Buffer(bytes) {
  const std::uint64_t available = bytes >= kCheckedSize ? kib_line("/proc/meminfo", "MemAvailable:") : 0;
  if (available && bytes > available) out_of_memory(bytes, available);
  const std::uint64_t alignment = bytes >= kHugePage ? kHugePage : 64;
  const std::uint64_t size = (bytes + alignment - 1) / alignment * alignment;
  data_ = size < bytes ? nullptr : static_cast<std::byte*>(std::aligned_alloc(alignment, size));
  if (!data_) out_of_memory(bytes, available);
  if (bytes >= kHugePage) madvise(data_, size, MADV_HUGEPAGE);  // a wish: no harm if it is refused
}

HostBuffer::~HostBuffer() { std::free(data_); }

std::uint64_t total_memory() {
  const auto machine =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::ifstream group("/sys/fs/cgroup/memory.max");
  std::uint64_t limit = 0;
  return group >> limit && limit < machine ? limit : machine;
}

}  // namespace lockstep::cpu
