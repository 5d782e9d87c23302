// Files appear complete or not at all.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "files.hpp"
#include "lockstep/npy.hpp"
#include "lockstep/out_of_core.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace fs = std::filesystem;

TEST_CASE("a written file replaces the old one, keeps its mode and leaves nothing else behind") {
  const TemporaryFolder folder;
  write_file(folder / "a", "old");
  fs::permissions(folder / "a", fs::perms::owner_read | fs::perms::owner_write);
  write_file(folder / "a", std::string("new\0bytes", 9));
  CHECK(read_file(folder / "a") == std::string("new\0bytes", 9));
  CHECK(fs::status(folder / "a").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(folder.count() == 1);
}

TEST_CASE("a write that fails half-way keeps the old file and removes the new one") {
  const TemporaryFolder folder;
  write_file(folder / "a", "old");
  rlimit old_limit{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{1 << 16, old_limit.rlim_max};  // a disk that is full after 64 KiB
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  check_error(Code::file, "/a' cannot be written", [&] { write_file(folder / "a", std::string(1 << 20, 'x')); });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  std::signal(SIGXFSZ, old_handler);
  CHECK(read_file(folder / "a") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("a process that is killed while it writes leaves nothing behind") {
  const TemporaryFolder folder;
  const int probe = ::open(folder.path().c_str(), O_TMPFILE | O_WRONLY, 0600);
  if (probe < 0) {
    MESSAGE("skipped: this file system has no files without a name");
    return;
  }
  ::close(probe);
  write_file(folder / "a.npy", "old");
  const pid_t child = ::fork();
  if (child == 0) {
    NpyWriter file(folder / "a.npy", DType::u8, Shape{100});
    file.write(std::vector<std::byte>(50));
    ::_exit(0);  // no destructor runs
  }
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(read_file(folder / "a.npy") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("a folder that is not there, or a name that is a folder, is refused") {
  const TemporaryFolder folder;
  check_error(Code::file, "make it first", [&] { write_file(folder / "none/a", "x"); });
  check_error(Code::file, "irectory", [&] { write_file(folder.path(), "x"); });
  check_error(Code::file, "irectory", [&] { write_file(folder.path() / "", "x"); });
  check_error(Code::file, "cannot be read", [&] { read_file(folder / "none"); });
  check_error(Code::file, "irectory", [&] { read_file(folder.path()); });
  CHECK(folder.count() == 0);
}

TEST_CASE("a folder that must not be written is refused") {
  if (::geteuid() == 0) {
    MESSAGE("skipped: the superuser may write everywhere");
    return;
  }
  const TemporaryFolder folder;
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  check_error(Code::file, "ermission", [&] { write_file(folder / "locked/a", "x"); });
}

TEST_CASE("a symbolic link is followed, to a file that is there or not") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "sub");
  fs::create_symlink("sub/target", folder / "link");
  for (const char* text : {"first", "second"}) {
    write_file(folder / "link", text);
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(read_file(folder / "sub/target") == text);
  }
  CHECK(folder.count() == 2);
}

TEST_CASE("a device is written directly and stays a device") {
  write_file("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));
  check_error(Code::disk, "No space left", [] { write_file("/dev/full", "x"); });
}

TEST_CASE("a pipe without a name of its own is written") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  write_file("/dev/fd/" + std::to_string(ends[1]), "through");
  char text[16] = {};
  CHECK(::read(ends[0], text, sizeof text) == 7);
  CHECK(std::string(text) == "through");
  ::close(ends[0]), ::close(ends[1]);
}

TEST_CASE("a pipe is read to its end") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const std::string text(200000, 'p');
  const pid_t child = ::fork();
  if (child == 0) {
    write_file(folder / "pipe", text);
    ::_exit(0);
  }
  CHECK(read_file(folder / "pipe") == text);
}
