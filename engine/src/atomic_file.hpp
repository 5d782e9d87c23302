#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace lockstep::detail {

/// A file that is written without its name and gets the name at the end, or never: the destructor of one that was not
/// committed removes it, and where the file system can do that, so does the end of a process that was killed. What has
/// no old contents to keep (a device, a pipe) is written directly.
class AtomicFile {
 public:
  /// Throws `file` if `path` is a folder or cannot be written.
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Puts the bytes on the disk and then the name on the file.
  void commit();

 private:
  void open_beside();
  void give_name();
  std::filesystem::path folder() const;
  std::filesystem::path next_temporary(int attempt) const;

  std::filesystem::path path_;       ///< as given, for messages
  std::filesystem::path target_;     ///< behind any symbolic links
  std::filesystem::path temporary_;  ///< its name until then; empty if it has none
  bool direct_ = false;              ///< a device or a pipe
  int descriptor_ = -1;
};

}  // namespace lockstep::detail
