#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>

#include "support.hpp"

using namespace lockstep;

namespace {

constexpr int kSkipped = 77;  // what CMake's SKIP_RETURN_CODE names

/// 0 if the device under test can be opened. One that is not there is skipped, unless LOCKSTEP_TEST_REQUIRED is set.
int open_device() {
  try {
    test::device();
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "cannot open the device under test, '%s': %s\n", test::device_name().c_str(), error.what());
    const bool skip = error.code() == Code::no_device && !std::getenv("LOCKSTEP_TEST_REQUIRED");
    if (skip) std::fprintf(stderr, "skipped; set LOCKSTEP_TEST_REQUIRED=1 to make this a failure\n");
    return skip ? kSkipped : 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (const int status = open_device()) return status;
  const int result = doctest::Context(argc, argv).run();
  // With this variable the device stays open until the process's own end: a test that the exit is clean even so.
  if (!std::getenv("LOCKSTEP_TEST_LEAVE_OPEN")) test::device_slot().reset();
  return result;
}
