#include "driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

const std::string kNeeded =
    "needs " + std::to_string(CUDART_VERSION / 1000) + "." + std::to_string(CUDART_VERSION % 1000 / 10);

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What `work` throws.
template <class F>
Error error_of(const F& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  throw;
}

Array ones(const Device& device) { return device.full({100}, 1, DType::f32); }

}  // namespace

TEST_CASE_FIXTURE(OnFakeCuda,
                  "a kernel that fails marks its device as lost, and names itself; another device goes on") {
  const Device device = open(0), other = open(1);
  const Array x = ones(device), y = ones(other);
  device.wait();
  fake::fail_kernel(cudaErrorIllegalAddress);
  const Array z = device.evaluate(x + x);
  const Error first = error_of([&] { z.to_host<float>(); });
  CHECK(first.code() == Code::device);
  CHECK(has(first.what(), "cuda:0"));
  CHECK(has(first.what(), "is lost"));
  CHECK(has(first.details(), "cudaErrorIllegalAddress"));
  CHECK(has(first.details(), "generated_"));
  for (int i = 0; i < 2; ++i) {
    const Error later = error_of([&] { device.evaluate(x * x); });
    CHECK(later.code() == Code::device);
    CHECK(has(later.what(), "lost since an earlier failure"));
    CHECK(has(later.details(), "cudaErrorIllegalAddress"));
  }
  CHECK(item<float>(sum(y)) == 100);
}

TEST_CASE_FIXTURE(OnFakeCuda, "where kernels are waited for, the call that queues one throws what it did") {
  const Environment synchronous("LOCKSTEP_CUDA_SYNC", "1");
  const Device device = open();
  const Array x = ones(device);
  fake::fail_kernel(cudaErrorLaunchFailure);
  const Error error = error_of([&] { device.evaluate(x + x); });
  CHECK(has(error.what(), "run generated_"));
  CHECK(has(error.details(), "cudaErrorLaunchFailure"));
}

TEST_CASE_FIXTURE(OnFakeCuda, "a read that cannot be waited for is done when it throws, or never") {
  const Device device = open();
  const Array x = ones(device);
  std::vector<float> target(100);
  x.to_host(std::span(target));  // the staging memory has its event
  std::fill(target.begin(), target.end(), 7.0f);
  fake::fail("cudaEventCreateWithFlags", cudaErrorInvalidValue);
  static_cast<void>(error_of([&] { x.to_host(std::span(target)); }));
  const std::vector<float> then = target;
  std::fill(target.begin(), target.end(), 7.0f);
  device.wait();
  CHECK(item<float>(sum(x)) == 100);
  CHECK(then == std::vector<float>(100, 1));
  CHECK(target == std::vector<float>(100, 7));
}

TEST_CASE_FIXTURE(OnFakeCuda, "a call that fails leaves a device well if the failure is its own") {
  const Device device = open();
  const Array x = ones(device);
  for (const char* function : {"cudaLaunchKernel", "cudaEventCreateWithFlags", "cudaMemcpyAsync"}) {
    CAPTURE(function);
    fake::fail(function, cudaErrorInvalidValue);
    const Error error = error_of([&] { device.evaluate(x + x).to_host<float>(); });
    CHECK(error.code() == Code::device);
    CHECK_FALSE(has(error.what(), "lost"));
    CHECK(item<float>(sum(x)) == 100);
  }
}

TEST_CASE_FIXTURE(OnFakeCuda,
                  "what is missing on a machine is a problem in the list, and none of its devices is there") {
  struct Row {
    const char* what;
    void (*set)(fake::Machine&);
    std::vector<std::string> parts;
  };
  const Row rows[] = {
      {"no driver", [](fake::Machine& m) { m.driver = 0; }, {"no NVIDIA driver"}},
      {"an old driver", [](fake::Machine& m) { m.driver = 11080; }, {"too old", "serves CUDA 11.8", kNeeded}},
      {"no device", [](fake::Machine& m) { m.devices = 0; }, {"CUDA_VISIBLE_DEVICES"}},
      {"an old device", [](fake::Machine& m) { m.capability = 70; }, {"CUDA on the host", "7.0", "7.5"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    fake::reset();
    row.set(fake::machine());
    const Listing listing = list();
    CHECK(listing.devices.empty());
    REQUIRE_FALSE(listing.problems.empty());
    const Error refused = error_of([&] { open(); });
    CHECK(refused.code() == Code::no_device);
    CHECK(has(refused.what(), "CUDA has 0 here"));
    for (const std::string& part : row.parts) {
      CHECK(has(listing.problems.front(), part));
      CHECK(has(refused.details(), part));
    }
  }
  fake::reset();
  {
    const Environment no_compiler("LOCKSTEP_NVRTC", "/nowhere/libnvrtc.so.13");
    CHECK(list().devices.empty());
    CHECK(has(error_of([&] { open(); }).details(), "the run-time compiler cannot be loaded: /nowhere/libnvrtc.so.13"));
  }
  fake::fail("cudaGetDeviceCount", cudaErrorUnknown);
  const Listing failed = list();
  CHECK(failed.devices.empty());
  CHECK(has(failed.problems.front(), "failed to list its devices"));
  CHECK(list().devices.size() == 2);
}
