#include "driver.hpp"
#include "orbit/orbit.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// The kernel is the first that the device loads.
Cells orbit_on(const Device& device) {
  const Kernel kernel = device.build(orbit_kernel(DType::f32));
  const Array x = device.evaluate(cast(arange(1000) + 1, DType::f32) * 0.5f), y = x.copy();
  const Array w = device.full({1000}, 2, DType::f32), unused = device.empty({1000}, DType::f32);
  device.launch(kernel, {x, y, w, unused, unused, 0.01, std::int64_t{50}}, 1000);
  return cells(x);
}

}  // namespace

TEST_CASE_FIXTURE(OnFakeCuda,
                  "a hand-written kernel is nvcc's code, or NVRTC's where the driver refuses it, of the same bits") {
  const Environment uncached("LOCKSTEP_CACHE_DIR", "");
  const Cells expected = orbit_on(Engine().open("cpu:1"));
  CHECK(difference(orbit_on(open()), expected) == "");
  const std::uint64_t loaded = fake::calls("cudaLibraryLoadData");
  for (const char* function : {"cudaLibraryLoadData", "cudaLibraryGetKernel"}) {
    CAPTURE(function);
    fake::reset();
    fake::fail(function, cudaErrorNoKernelImageForDevice);
    CHECK(difference(orbit_on(open()), expected) == "");
    CHECK(fake::calls("cudaLibraryLoadData") == loaded + 1);
  }
}

TEST_CASE_FIXTURE(OnFakeCuda, "the text of a program is shown before anything ran, and is the one that then runs") {
  const Device device = open();
  const Array x = device.array<float>(std::vector<float>(4096, 2));
  for (const Expr& value : {Expr(sqrt(x) + 1.0f), sum(x * x)}) {
    const std::uint64_t loaded = fake::calls("cudaLibraryLoadData");
    const std::string shown = device.show_source({&value, 1});
    CHECK(shown.find("extern \"C\" __global__") != std::string::npos);
    CHECK(fake::calls("cudaLibraryLoadData") == loaded);
    device.evaluate(value);
    CHECK(device.show_source({&value, 1}) == shown);
  }
}
