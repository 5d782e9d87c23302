#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "lockstep/error.hpp"

namespace lockstep::test {

/// A folder of its own for one test, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lockstep-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  /// How many entries it holds, hidden ones too: a temporary file that was left behind counts.
  long count() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};

/// Checks that `f` throws an Error with this code whose message or advice contains `part`.
template <class F>
void check_error(Code code, std::string_view part, F&& f) {
  try {
    f();
  } catch (const Error& error) {
    CHECK_MESSAGE(error.code() == code, std::string(error.what()));
    CHECK_MESSAGE((error.message() + "\n" + error.advice()).find(part) != std::string::npos, std::string(error.what()));
    return;
  }
  FAIL_CHECK("no error, expected one about: ", std::string(part));
}

}  // namespace lockstep::test
