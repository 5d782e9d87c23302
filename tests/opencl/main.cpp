#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "lockstep/error.hpp"
#include "pass_runner.hpp"

// Skipped (77) where there is no OpenCL device, unless LOCKSTEP_REQUIRE_OPENCL is set.
int main(int argc, char** argv) {
  try {
    lockstep::test::open_backend("opencl:0");
  } catch (const lockstep::Error& error) {
    std::fprintf(stderr, "no OpenCL device: %s\n", error.what());
    if (error.code() != lockstep::Code::no_device || std::getenv("LOCKSTEP_REQUIRE_OPENCL")) return 1;
    std::fprintf(stderr, "skipped; set LOCKSTEP_REQUIRE_OPENCL=1 to make this a failure\n");
    return 77;
  }
  return doctest::Context(argc, argv).run();
}
