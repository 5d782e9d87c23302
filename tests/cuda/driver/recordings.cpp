#include "lockstep/recording.hpp"

#include "driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// Folds of one and of two launches, and an element-wise pass.
struct Work {
  explicit Work(const Device& on) : device(on), x(on.evaluate(cast(arange(300'000), DType::f32) * 0.001f)) {}
  void step() {
    device.assign(x, x * 0.75f + 1.0f);
    total = device.evaluate(sum(x));
  }
  Device device;
  Array x, total;
};

}  // namespace

TEST_CASE_FIXTURE(OnFakeCuda, "a recording is replayed as one launch of a graph, with the same bits") {
  const Device device = open();
  Work work(device);
  const Recording recording(device, [&] { work.step(); });
  CHECK(recording.is_graph());
  const Array larger = device.evaluate(sum(cast(arange(3'000'000), DType::f32)));  // outgrows the scratch memory
  const std::uint64_t launches = fake::calls("cudaLaunchKernel");
  recording.replay(5);
  CHECK(fake::calls("cudaGraphLaunch") == 5);
  CHECK(fake::calls("cudaLaunchKernel") == launches);
  Work again(Engine().open("cpu:1"));
  for (int i = 0; i < 6; ++i) again.step();
  CHECK(difference(work.x, cells(again.x)) == "");
  CHECK(difference(work.total, cells(again.total)) == "");
}

TEST_CASE_FIXTURE(OnFakeCuda, "work that no graph can be made of is replayed part by part") {
  SUBCASE("the driver refuses the graph") { fake::machine().graphs = false; }
  SUBCASE("the capture breaks") { fake::fail("cudaStreamEndCapture", cudaErrorStreamCaptureInvalidated); }
  const Device device = open();
  Work work(device);
  const Recording recording(device, [&] { work.step(); });
  CHECK_FALSE(recording.is_graph());
  recording.replay(5);
  Work again(Engine().open("cpu:1"));
  for (int i = 0; i < 6; ++i) again.step();
  CHECK(difference(work.total, cells(again.total)) == "");
}

TEST_CASE_FIXTURE(OnFakeCuda, "kernels that are waited for are replayed one by one") {
  const Environment synchronous("LOCKSTEP_CUDA_SYNC", "1");
  const Device device = open();
  Work work(device);
  const Recording recording(device, [&] { work.step(); });
  CHECK_FALSE(recording.is_graph());
  recording.replay(1);
  CHECK(fake::calls("cudaStreamBeginCapture") == 0);
}

TEST_CASE_FIXTURE(OnFakeCuda, "a graph keeps the numbers that are too many for a kernel's arguments") {
  const Device device = open();
  const Array x = device.evaluate(cast(arange(256), DType::f32)).reshape({2, 2, 2, 2, 2, 2, 2, 2});
  std::vector<int> axes = {0, 1, 2, 3, 4, 5, 6, 7};
  Expr value = x;
  for (int i = 0; i < 60; ++i) {
    std::next_permutation(axes.begin(), axes.end());
    value = value + x.transpose(axes) * static_cast<float>(i);
  }
  Array result;
  const std::uint64_t copies = fake::calls("cudaMemcpyAsync");
  const Recording recording(device, [&] { result = device.evaluate(value); });
  CHECK(fake::calls("cudaMemcpyAsync") == copies + 2);  // of the numbers: when it ran, and in the graph
  CHECK(recording.is_graph());
  const Cells expected = cells(result);
  device.assign(result, Expr(0.0f));
  device.array(std::vector<float>(100'000));  // the staging memory is used anew
  recording.replay();
  CHECK(difference(result, expected) == "");
}

TEST_CASE_FIXTURE(OnFakeCuda, "a failure in a replay is that of the recording") {
  const Device device = open();
  Work work(device);
  const Recording recording(device, [&] { work.step(); });
  device.wait();
  fake::fail_kernel(cudaErrorIllegalAddress);
  recording.replay();
  CHECK(failure(Code::device, "is lost", [&] { device.wait(); }) == "");
  CHECK(failure(Code::device, "lost since", [&] { recording.replay(); }) == "");
}
