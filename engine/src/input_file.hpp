#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace lockstep::detail {

/// A file open for reading. All calls throw `file`.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// True if the length is known before it is read: no pipe, no device.
  bool is_regular() const noexcept { return regular_; }
  /// Bytes in a regular file when it was opened.
  std::uint64_t size() const noexcept { return size_; }
  /// Fills `to`, or less at the end of the file; returns how much.
  std::size_t read_some(std::span<std::byte> to);
  /// Fills `to`; a file that ends before is an error.
  void read(std::span<std::byte> to);
  /// What is left.
  std::string read_all();

 private:
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
  bool regular_ = false;
};

}  // namespace lockstep::detail
