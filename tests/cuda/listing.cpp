#include <doctest/doctest.h>

#include "backends/cuda/info.hpp"
#include "lockstep/error.hpp"
#include "opencl/pass_runner.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

TEST_CASE("the reasons why CUDA is missing name both versions, the device and what is needed") {
  CHECK(cuda::driver_problem(0, 13000).find("no NVIDIA driver") == 0);
  const std::string old = cuda::driver_problem(12040, 13000);
  CHECK(old.find("12.4") != std::string::npos);
  CHECK(old.find("13.0") != std::string::npos);
  CHECK(cuda::driver_problem(13000, 13000) == "");
  CHECK(cuda::driver_problem(12020, 12080) == "");  // minor versions are compatible
  CHECK(cuda::driver_problem(14000, 13000) == "");
  const std::string volta = cuda::architecture_problem(1, "Tesla V100", 70);
  for (const char* part : {"1", "Tesla V100", "7.0", "7.5"}) CHECK(volta.find(part) != std::string::npos);
  CHECK(cuda::architecture_problem(0, "T4", 75) == "");
}

TEST_CASE("a compiler that is not there, or is none, is a problem that names it") {
  std::string problem;
  {
    const Environment missing("LOCKSTEP_NVRTC", "/nowhere/libnvrtc.so.13");
    CHECK_FALSE(cuda::Nvrtc::load(13, problem));
    CHECK(problem.find("/nowhere/libnvrtc.so.13") != std::string::npos);
  }
  {
    const Environment other("LOCKSTEP_NVRTC", "libm.so.6");
    CHECK_FALSE(cuda::Nvrtc::load(13, problem));
    CHECK(problem.find("libm.so.6 is no run-time compiler") != std::string::npos);
  }
  CHECK_FALSE(cuda::Nvrtc::load(11, problem));  // an old driver could not load what a newer compiler makes
  CHECK(problem.find("libnvrtc.so.11") != std::string::npos);
}

TEST_CASE("the module loads everywhere, and lists devices or the reasons why there are none") {
  for (const BackendListing& backend : Engine().list()) {
    if (backend.kind != "cuda") continue;
    for (const std::string& problem : backend.listing.problems) CAPTURE(problem);
    CHECK(backend.listing.devices.empty() == !backend.listing.problems.empty());
    for (const std::string& problem : backend.listing.problems) {
      CHECK(problem.find("this build has no") == std::string::npos);
      CHECK(problem.find("cannot be loaded") == std::string::npos);
    }
    for (const DeviceInfo& info : backend.listing.devices) {
      CHECK(info.kind == "cuda");
      CHECK(info.memory > 0);
      CHECK(info.properties.size() > 10);
    }
    return;
  }
  FAIL("no backend 'cuda'");
}

TEST_CASE("a CUDA device that is not there is refused with its number and the reasons") {
  CHECK(failure(Code::no_device, "cuda:99", [] { open_backend("cuda:99"); }) == "");
}
