#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// Compiled programs on disk, shared by all processes of a user. A file appears complete or not at all, and carries a
/// checksum; what cannot be read, written or believed is as if it were not there. No call throws.
class DiskCache {
 public:
  static constexpr std::uint64_t kDefaultLimit = std::uint64_t{256} << 20;

  /// An empty folder turns the cache off.
  explicit DiskCache(std::filesystem::path folder, std::uint64_t limit = kDefaultLimit)
      : folder_(std::move(folder)), limit_(limit) {}
  /// As the environment says: LOCKSTEP_CACHE=off, LOCKSTEP_CACHE_DIR, else $XDG_CACHE_HOME/lockstep or
  /// ~/.cache/lockstep; LOCKSTEP_CACHE_LIMIT in bytes.
  static DiskCache from_environment();

  bool enabled() const noexcept { return !folder_.empty(); }
  const std::filesystem::path& folder() const noexcept { return folder_; }

  /// What was put under `key`, the whole text of which counts. Marks it as used now.
  std::optional<std::vector<std::byte>> get(std::string_view key) const noexcept;
  /// Keeps `bytes`, and removes the entries that were not used for longest while all together exceed the limit.
  void put(std::string_view key, std::span<const std::byte> bytes) const noexcept;
  /// Removes an entry that turned out to be of no use.
  void remove(std::string_view key) const noexcept;

  /// The file that holds `key`.
  std::filesystem::path file_of(std::string_view key) const;

 private:
  void evict() const;

  std::filesystem::path folder_;
  std::uint64_t limit_;
};

}  // namespace lockstep
