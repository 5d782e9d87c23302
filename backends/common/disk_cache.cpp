#include "backends/common/disk_cache.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace lockstep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".program";
constexpr const char* kTemporary = ".tmp";

struct Header {
  char magic[8] = {'l', 'o', 'c', 'k', 's', 't', 'p', '1'};
  std::uint64_t key = 0;
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;
};

std::uint64_t hash(const void* data, std::size_t bytes) { return XXH3_64bits(data, bytes); }

Header header_for(std::string_view key, std::span<const std::byte> bytes) {
  Header header;
  header.key = hash(key.data(), key.size());
  header.bytes = bytes.size();
  header.checksum = hash(bytes.data(), bytes.size());
  return header;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// Another process may do the same at the same moment: every temporary name is used once.
fs::path temporary_beside(const fs::path& file) {
  static std::atomic<unsigned> counter{0};
  return file.string() + fmt::format(".{}.{}{}", ::getpid(), counter++, kTemporary);
}

}  // namespace

DiskCache DiskCache::from_environment() {
  if (variable("LOCKSTEP_CACHE") == "off") return DiskCache({});
  std::uint64_t limit = kDefaultLimit;
  const std::string asked = variable("LOCKSTEP_CACHE_LIMIT");
  std::from_chars(asked.data(), asked.data() + asked.size(), limit);
  if (const auto folder = variable("LOCKSTEP_CACHE_DIR"); !folder.empty()) return DiskCache(folder, limit);
  if (const auto base = variable("XDG_CACHE_HOME"); !base.empty()) return DiskCache(fs::path(base) / "lockstep", limit);
  if (const auto home = variable("HOME"); !home.empty())
    return DiskCache(fs::path(home) / ".cache" / "lockstep", limit);
  return DiskCache({});
}

fs::path DiskCache::file_of(std::string_view key) const {
  const XXH128_hash_t name = XXH3_128bits(key.data(), key.size());
  return folder_ / fmt::format("{:016x}{:016x}{}", name.high64, name.low64, kSuffix);
}

std::optional<std::vector<std::byte>> DiskCache::get(std::string_view key) const noexcept try {
  if (!enabled()) return std::nullopt;
  const fs::path file = file_of(key);
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size < sizeof(Header)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  Header header;
  std::vector<std::byte> bytes(size - sizeof(Header));
  if (!in.read(reinterpret_cast<char*>(&header), sizeof header)) return std::nullopt;
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) return std::nullopt;
  const Header expected = header_for(key, bytes);
  if (std::memcmp(&header, &expected, sizeof header) != 0) return std::nullopt;
  fs::last_write_time(file, fs::file_time_type::clock::now(), error);
  return bytes;
} catch (...) {
  return std::nullopt;
}

void DiskCache::put(std::string_view key, std::span<const std::byte> bytes) const noexcept try {
  if (!enabled() || bytes.size() > limit_) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  const fs::path file = file_of(key), temporary = temporary_beside(file);
  const Header header = header_for(key, bytes);
  std::ofstream out(temporary, std::ios::binary);
  out.write(reinterpret_cast<const char*>(&header), sizeof header);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) fs::rename(temporary, file, error);
  if (!out || error) fs::remove(temporary, error);
  evict();
} catch (...) {
}

void DiskCache::remove(std::string_view key) const noexcept try {
  std::error_code error;
  if (enabled()) fs::remove(file_of(key), error);
} catch (...) {
}

void DiskCache::evict() const {
  struct Entry {
    fs::path file;
    fs::file_time_type used;
    std::uint64_t bytes;
  };
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  std::error_code error;
  const auto stale = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& item : fs::directory_iterator(folder_, error)) {
    const fs::path file = item.path();
    const auto used = item.last_write_time(error);
    if (error) continue;                                                          // another process removed it
    if (file.extension() == kTemporary && used < stale) fs::remove(file, error);  // left by a process that died
    if (file.extension() != kSuffix) continue;
    const std::uint64_t bytes = item.file_size(error);
    if (error) continue;
    entries.push_back({file, used, bytes});
    total += bytes;
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& entry : entries) {
    if (total <= limit_) return;
    fs::remove(entry.file, error);
    total -= entry.bytes;
  }
}

}  // namespace lockstep
