#include "input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"

namespace lockstep::detail {
namespace {

Error read_error(const std::filesystem::path& path, int error) {
  std::string advice;
  if (error == ENOENT) advice = "Check the spelling and the folder that the program was started in.";
  return {Code::file, fmt::format("'{}' cannot be read: {}", path.string(), std::generic_category().message(error)),
          std::move(advice)};
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : path_(path) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw read_error(path, errno);
  struct stat status {};
  const int error = ::fstat(descriptor_, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  if (error != 0) {
    ::close(descriptor_);
    throw read_error(path, error);
  }
  regular_ = S_ISREG(status.st_mode) && status.st_size > 0;  // files of /proc say 0 and hold more
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

std::size_t InputFile::read_some(std::span<std::byte> to) {
  std::size_t done = 0;
  while (done < to.size()) {
    // Linux reads at most 2 GiB at a time.
    const std::size_t want = std::min<std::size_t>(to.size() - done, std::size_t{1} << 30);
    const ssize_t n = ::read(descriptor_, to.data() + done, want);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw read_error(path_, errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

void InputFile::read(std::span<std::byte> to) {
  if (read_some(to) < to.size())
    throw Error(Code::file, fmt::format("'{}' ends too early", path_.string()),
                "The file is incomplete: write it again.");
}

std::string InputFile::read_all() {
  std::string text;
  std::size_t done = 0;
  for (std::size_t room = regular_ ? static_cast<std::size_t>(size_) + 1 : std::size_t{1} << 16;; room *= 2) {
    text.resize(done + room);
    done += read_some(std::as_writable_bytes(std::span(text)).subspan(done));
    if (done < text.size()) break;
  }
  text.resize(done);
  return text;
}

}  // namespace lockstep::detail

namespace lockstep {

std::string read_file(const std::filesystem::path& path) { return detail::InputFile(path).read_all(); }

}  // namespace lockstep
