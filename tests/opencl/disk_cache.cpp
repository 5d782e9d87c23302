#include "backends/common/disk_cache.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>

#include "pass_runner.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;
namespace fs = std::filesystem;

namespace {

/// An empty folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "lockstep-cache-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path_ = name;
  }
  ~Folder() {
    std::error_code error;
    fs::permissions(path_, fs::perms::owner_all, error);
    fs::remove_all(path_, error);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<std::byte> bytes(std::size_t n, int value) {
  return std::vector<std::byte>(n, static_cast<std::byte>(value));
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// A pass that no other test has: y = x + constant.
PassCase small_case(std::uint64_t constant) {
  PassCase c;
  c.extents[0] = 4;
  c.program.arrays = {DType::u64};
  c.program.nodes = {
      {Op::load, DType::u64, {}, 0}, {Op::constant, DType::u64, {}, constant}, {Op::add, DType::u64, {0, 1}, 0}};
  c.program.outputs = {{2, Fold::store}};
  c.arrays.push_back({DType::u64, bytes(32, 0), {nullptr, 0, {1}}, -1});
  c.outputs.push_back({DType::u64, bytes(32, 0), {nullptr, 0, {1}}, -1});
  return c;
}

/// What a fresh device makes of `small_case`.
bool runs_right(std::uint64_t constant) {
  const auto device = open_backend("opencl:0");
  const auto got = run_case(*device, *device->do_make_queue(), small_case(constant));
  return std::memcmp(got[0].data(), &constant, sizeof constant) == 0;
}

}  // namespace

TEST_CASE("the cache gives back what was put, and only under its own key") {
  const Folder folder;
  const DiskCache cache(folder.path() / "made" / "on demand");
  CHECK_FALSE(cache.get("a").has_value());
  cache.put("a", bytes(1000, 7));
  cache.put("empty", {});
  CHECK(cache.get("a") == bytes(1000, 7));
  CHECK(cache.get("empty") == bytes(0, 0));
  CHECK_FALSE(cache.get("b").has_value());
  // Another key's file under this name, as a collision of names would give.
  fs::copy_file(cache.file_of("a"), cache.file_of("b"));
  CHECK_FALSE(cache.get("b").has_value());
  cache.remove("a");
  CHECK_FALSE(cache.get("a").has_value());
}

TEST_CASE("a damaged cache entry is as if it were not there") {
  const Folder folder;
  const DiskCache cache(folder.path());
  const auto damage = [&](auto&& how) {
    cache.put("key", bytes(500, 3));
    REQUIRE(cache.get("key").has_value());
    how(cache.file_of("key"));
    return !cache.get("key").has_value();
  };
  for (const std::uintmax_t length : {0, 1, 31, 32, 100, 531})
    CHECK(damage([&](const fs::path& file) { fs::resize_file(file, length); }));
  CHECK(damage([](const fs::path& file) { fs::resize_file(file, 600); }));
  for (const int place : {0, 9, 17, 25, 32, 531})
    CHECK(damage([&](const fs::path& file) {
      std::fstream edit(file, std::ios::in | std::ios::out | std::ios::binary);
      edit.seekg(place);
      const char old = static_cast<char>(edit.get());
      edit.seekp(place);
      edit.put(static_cast<char>(old ^ 1));
    }));
}

TEST_CASE("a cache that cannot be written, or that is off, does no harm") {
  const Folder folder;
  const fs::path file = folder.path() / "file";
  std::ofstream(file) << "not a folder";
  const DiskCache blocked(file / "cache"), off({});
  for (const DiskCache* cache : {&blocked, &off}) {
    cache->put("a", bytes(10, 1));
    CHECK_FALSE(cache->get("a").has_value());
    cache->remove("a");
  }
  CHECK(blocked.enabled());
  CHECK_FALSE(off.enabled());
}

TEST_CASE("a cache over its limit loses what was not used for longest") {
  const Folder folder;
  const DiskCache cache(folder.path(), 5000);
  const auto age = [&](const char* key, int hours) {
    fs::last_write_time(cache.file_of(key), fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  for (const char* key : {"a", "b", "c", "d"}) cache.put(key, bytes(1000, 1));
  age("a", 4);
  age("b", 3);
  age("c", 2);
  CHECK(cache.get("a").has_value());  // used now
  cache.put("e", bytes(1000, 1));
  CHECK_FALSE(cache.get("b").has_value());
  for (const char* key : {"a", "c", "d", "e"}) CHECK(cache.get(key).has_value());
  cache.put("too large", bytes(6000, 1));
  CHECK_FALSE(cache.get("too large").has_value());
}

TEST_CASE("what a process left half-written is cleared away") {
  const Folder folder;
  const DiskCache cache(folder.path());
  const fs::path old = folder.path() / "x.program.1.0.tmp", fresh = folder.path() / "y.program.1.0.tmp";
  std::ofstream(old) << "half";
  std::ofstream(fresh) << "half";
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(2));
  cache.put("a", bytes(10, 1));
  CHECK_FALSE(fs::exists(old));
  CHECK(fs::exists(fresh));
}

TEST_CASE("the environment says where the cache is") {
  const Environment folder("LOCKSTEP_CACHE_DIR", ""), base("XDG_CACHE_HOME", "/x"), on("LOCKSTEP_CACHE", "");
  CHECK(DiskCache::from_environment().folder() == "/x/lockstep");
  {
    const Environment chosen("LOCKSTEP_CACHE_DIR", "/chosen");
    CHECK(DiskCache::from_environment().folder() == "/chosen");
  }
  const Environment none("XDG_CACHE_HOME", ""), home("HOME", "/home/me");
  CHECK(DiskCache::from_environment().folder() == "/home/me/.cache/lockstep");
  const Environment off("LOCKSTEP_CACHE", "off");
  CHECK_FALSE(DiskCache::from_environment().enabled());
}

TEST_CASE("16 processes that fill one cache at once read only whole entries") {
  const Folder folder;
  std::vector<pid_t> children;
  for (int p = 0; p < 16; ++p) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const DiskCache cache(folder.path(), 60000);
      bool whole = true;
      for (int i = 0; i < 200; ++i) {
        const int key = (i * 7 + p) % 20;
        const auto expected = bytes(static_cast<std::size_t>(4000 + key), key);
        cache.put(std::to_string(key), expected);
        const auto got = cache.get(std::to_string(key));  // another process may have removed it
        whole = whole && (!got || *got == expected);
      }
      ::_exit(whole ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  CHECK(files_in(folder.path()) <= 16);
}

TEST_CASE("compiled programs come from the disk, and are compiled anew if what lies there is damaged") {
  const Folder folder;
  const Environment where("LOCKSTEP_CACHE_DIR", folder.path().c_str()), on("LOCKSTEP_CACHE", "");
  constexpr std::uint64_t kConstant = 0x123456789;
  CHECK(runs_right(kConstant));
  REQUIRE(files_in(folder.path()) == 1);
  const fs::path file = fs::directory_iterator(folder.path())->path();
  const auto marked = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(file, marked);
  CHECK(runs_right(kConstant));
  CHECK(fs::last_write_time(file) > marked + std::chrono::minutes(30));  // it was used
  fs::resize_file(file, 100);
  CHECK(runs_right(kConstant));
  CHECK(fs::file_size(file) > 100);
}

TEST_CASE("a binary that the driver refuses is compiled anew") {
  const Folder folder;
  const Environment where("LOCKSTEP_CACHE_DIR", folder.path().c_str()), on("LOCKSTEP_CACHE", "");
  constexpr std::uint64_t kConstant = 0x987654321;
  CHECK(runs_right(kConstant));
  const fs::path file = fs::directory_iterator(folder.path())->path();
  // A whole entry with another content: its key is unknown here, so the checksum of the key is kept from the file.
  std::ifstream in(file, std::ios::binary);
  std::vector<char> old((std::istreambuf_iterator<char>(in)), {});
  in.close();
  const DiskCache scratch(folder.path() / "scratch");
  scratch.put("x", bytes(64, 0x5a));
  std::ifstream other(scratch.file_of("x"), std::ios::binary);
  std::vector<char> forged((std::istreambuf_iterator<char>(other)), {});
  std::copy(old.begin() + 8, old.begin() + 16, forged.begin() + 8);
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(forged.data(), static_cast<std::streamsize>(forged.size()));
  CHECK(runs_right(kConstant));
}
