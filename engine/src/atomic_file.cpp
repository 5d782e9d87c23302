#include "atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"

namespace lockstep::detail {
namespace {

namespace fs = std::filesystem;

Error write_error(const fs::path& path, int error) {
  const bool is_full = error == ENOSPC || error == EDQUOT;
  std::string advice = "Choose a place that can be written.";
  if (error == ENOENT) advice = "The folder is not there: make it first.";
  if (is_full) advice = "Free some space or write elsewhere; what was there before is unchanged.";
  return {is_full || error == EIO ? Code::disk : Code::file,
          fmt::format("'{}' cannot be written: {}", path.string(), std::generic_category().message(error)),
          std::move(advice)};
}

/// The file that a symbolic link leads to, there or not; any other path as it is.
fs::path behind_links(fs::path path) {
  constexpr int kMostLinks = 40;
  for (int i = 0; i < kMostLinks; ++i) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return path;
    const fs::path next = fs::read_symlink(path, error);
    if (error) return path;
    path = next.is_absolute() ? next : path.parent_path() / next;
  }
  return path;
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path) : path_(path), target_(behind_links(path)) {
  struct stat old {};
  // Not by way of the target: the links in /proc that stand for pipes lead to no name.
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) throw write_error(path_, EISDIR);
  if (exists && ::access(path.c_str(), W_OK) != 0) throw write_error(path_, errno);
  if (exists && !S_ISREG(old.st_mode)) {
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw write_error(path_, errno);
    direct_ = true;
    return;
  }
  open_beside();
  if (exists) (void)::fchmod(descriptor_, old.st_mode & 07777);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

// In the same folder, because a rename does not cross file systems.
fs::path AtomicFile::folder() const { return target_.has_parent_path() ? target_.parent_path() : fs::path("."); }

fs::path AtomicFile::next_temporary(int attempt) const {
  return folder() / fmt::format(".lockstep-{}-{}.tmp", ::getpid(), attempt);
}

void AtomicFile::open_beside() {
  if (!target_.has_filename()) throw write_error(path_, EISDIR);
  // A file without a name is gone when the process is. /proc is what gives it one later.
  if (::access("/proc/self/fd", X_OK) == 0)
    descriptor_ = ::open(folder().c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  for (int i = 0; descriptor_ < 0; ++i) {
    temporary_ = next_temporary(i);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0 || errno == EEXIST) continue;
    const int error = errno;
    temporary_.clear();
    throw write_error(path_, error);
  }
}

/// Names a file that has no name. A link replaces nothing, so that a rename must follow.
void AtomicFile::give_name() {
  const std::string self = fmt::format("/proc/self/fd/{}", descriptor_);
  for (int i = 0; temporary_.empty(); ++i) {
    const fs::path name = next_temporary(i);
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0)
      temporary_ = name;
    else if (errno != EEXIST)
      throw write_error(path_, errno);
  }
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    // Linux writes at most 2 GiB at a time.
    const ssize_t n = ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw write_error(path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void AtomicFile::commit() {
  if (!direct_ && ::fsync(descriptor_) != 0) throw write_error(path_, errno);
  if (!direct_) give_name();
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0) throw write_error(path_, errno);
  if (direct_) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw write_error(path_, errno);
  temporary_.clear();
  // The name itself lasts through a power cut only once the folder is on the disk; some file systems cannot do that.
  const int folder_descriptor = ::open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_descriptor >= 0) {
    (void)::fsync(folder_descriptor);
    ::close(folder_descriptor);
  }
}

}  // namespace lockstep::detail

namespace lockstep {

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  detail::AtomicFile file(path);
  file.write(std::as_bytes(std::span(bytes)));
  file.commit();
}

}  // namespace lockstep
