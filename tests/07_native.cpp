// Rung 7 of the ladder: kernels written by hand.

#include <limits>
#include <mutex>

#include "cells.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

void axpy_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const auto a = arguments.scalar<float>(0);
  const float* x = arguments.array<float>(1);
  float* y = arguments.array<float>(2);
  for (std::uint64_t i = begin; i < end; ++i) y[i] = a * x[i] + y[i];
}

constexpr const char* kOpenCl = R"cl(
#pragma OPENCL FP_CONTRACT OFF
__kernel void axpy(float a, __global const float* x, __global float* y, ulong n) {
  const ulong i = get_global_id(0);
  if (i < n) y[i] = a * x[i] + BIAS + y[i];
}
)cl";
constexpr const char* kCuda = R"cu(
extern "C" __global__ void axpy(float a, const float* x, float* y, unsigned long long n) {
  const unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + BIAS + y[i];
}
)cu";

NativeKernel axpy() {
  return {.name = "axpy",
          .parameters = {{"a", DType::f32, Access::scalar},
                         {"x", DType::f32, Access::read},
                         {"y", DType::f32, Access::read_write}},
          .cpu = axpy_cpu,
          .opencl = {kOpenCl, "axpy", {{"BIAS", "-0.0f"}}},
          .cuda = {kCuda, "axpy", {{"BIAS", "-0.0f"}}}};
}

/// The ranges that the kernel below was given. A plain function has no other place to leave them.
std::mutex ranges_mutex;
std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;

void note_range(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  for (std::uint64_t i = begin; i < end; ++i) ++arguments.array<std::uint8_t>(0)[i];
  const std::lock_guard lock(ranges_mutex);
  ranges.emplace_back(begin, end);
}

/// One of each type of scalar, written to one element each.
void scalars_cpu(const CpuArguments& arguments, std::uint64_t, std::uint64_t) {
  auto* out = arguments.array<double>(0);
  out[0] = arguments.scalar<bool>(1);
  out[1] = arguments.scalar<std::int8_t>(2);
  out[2] = arguments.scalar<std::int32_t>(3);
  out[3] = static_cast<double>(arguments.scalar<std::int64_t>(4));
  out[4] = arguments.scalar<std::uint8_t>(5);
  out[5] = arguments.scalar<std::uint32_t>(6);
  out[6] = static_cast<double>(arguments.scalar<std::uint64_t>(7));
  out[7] = static_cast<double>(arguments.scalar<float>(8));
  out[8] = arguments.scalar<double>(9);
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "a kernel of the caller's own runs on every element and nowhere else") {
  const Kernel kernel = device.build(axpy());
  CHECK(kernel.name() == "axpy");
  CHECK(kernel.parameters().size() == 3);
  CHECK(kernel.device_name() == device.name());
  for (const std::size_t n : {1, 31, 33, 1023, 1025, 70001}) {
    CAPTURE(n);
    const std::vector<float> a = awkward_values<float>(n + 5, 1), b = awkward_values<float>(n + 5, 2);
    const Array x = device.array(a), y = device.array(b);
    device.launch(kernel, {0.5, x, y}, n);
    std::vector<float> expected = b;
    for (std::size_t i = 0; i < n; ++i) expected[i] = 0.5f * a[i] + b[i];
    CHECK(difference(y, cells(expected)) == "");
  }
}

TEST_CASE_FIXTURE(OnDevice, "an argument may be a dense view, at any offset") {
  const Kernel kernel = device.build(axpy());
  std::vector<float> values(3000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const Array x = device.array(values), y = device.zeros({3000}, DType::f32);
  device.launch(kernel, {1.0, x.slice({{7, 2007}}), y.slice({{3, 2003}})}, 2000);
  std::vector<float> expected(3000);
  for (std::size_t i = 0; i < 2000; ++i) expected[i + 3] = values[i + 7];
  CHECK(difference(y, cells(expected)) == "");
  device.launch(kernel, {std::int64_t{2}, x, y}, 1);
  CHECK(y.at(0).item<float>() == 0);
}

TEST_CASE_FIXTURE(OnDevice, "launches queue in order with expressions") {
  const Kernel kernel = device.build(axpy());
  const Array x = device.full({5000}, 1, DType::f32), y = device.zeros({5000}, DType::f32);
  for (int i = 0; i < 10; ++i) {
    device.launch(kernel, {1.0, x, y}, 5000);
    assign(y, y * 2);
  }
  CHECK(evaluate(y).to_host<float>() == std::vector<float>(5000, 2046));
}

TEST_CASE_FIXTURE(OnDevice, "a launch of nothing does nothing and is not counted") {
  const Kernel kernel = device.build(axpy());
  const Array y = device.full({4}, 3, DType::f32);
  const std::uint64_t before = device.counters().launches;
  device.launch(kernel, {1.0, y, y.copy()}, 0);
  const Array none = device.zeros({0}, DType::f32);
  device.launch(kernel, {1.0, none, none}, 0);
  CHECK(device.counters().launches == before);
  CHECK(y.to_host<float>() == std::vector<float>(4, 3));
}

TEST_CASE_FIXTURE(OnDevice, "a launch with the wrong arguments is refused, and the message names the argument") {
  const Kernel kernel = device.build(axpy());
  const Array x = device.full({10}, 1, DType::f32), y = device.zeros({10}, DType::f32);
  const auto refuse = [&](Code code, std::string_view word, std::initializer_list<Argument> arguments,
                          std::uint64_t n = 10) {
    return failure(code, word, [&] { device.launch(kernel, arguments, n); });
  };
  CHECK(refuse(Code::bad_argument, "axpy", {1.0, x}) == "");
  CHECK(refuse(Code::bad_argument, "4", {1.0, x, y, y}) == "");
  CHECK(refuse(Code::bad_type, "'a'", {x, x, y}) == "");
  CHECK(refuse(Code::bad_type, "'x'", {1.0, 2.0, y}) == "");
  CHECK(refuse(Code::bad_type, "'x'", {1.0, device.zeros({10}, DType::f64), y}) == "");
  CHECK(refuse(Code::bad_type, "'y'", {1.0, x, device.zeros({10}, DType::i32)}) == "");
  CHECK(refuse(Code::bad_shape, "'y'", {1.0, x, device.zeros({9}, DType::f32)}) == "");
  CHECK(refuse(Code::bad_shape, "11", {1.0, x, y}, 11) == "");
  CHECK(refuse(Code::bad_argument, "'y'",
               {1.0, x, device.zeros({20}, DType::f32).slice({{Slice::kOpen, Slice::kOpen, 2}})}) == "");
  CHECK(refuse(Code::bad_argument, "'x'", {1.0, Array(), y}) == "");
  CHECK(y.to_host<float>() == std::vector<float>(10));
}

TEST_CASE_FIXTURE(OnDevice, "a whole number that a scalar cannot hold is refused") {
  const NativeKernel source{.name = "set",
                            .parameters = {{"value", DType::u8, Access::scalar}, {"x", DType::u8, Access::write}},
                            .cpu = [](const CpuArguments& a, std::uint64_t begin, std::uint64_t end) {
                              for (std::uint64_t i = begin; i < end; ++i)
                                a.array<std::uint8_t>(1)[i] = a.scalar<std::uint8_t>(0);
                            }};
  const Device cpu = Engine().open("cpu:2");
  const Kernel kernel = cpu.build(source);
  const Array x = cpu.zeros({3}, DType::u8);
  CHECK(failure(Code::bad_argument, "256", [&] { cpu.launch(kernel, {std::int64_t{256}, x}, 3); }) == "");
  CHECK(failure(Code::bad_argument, "-1", [&] { cpu.launch(kernel, {std::int64_t{-1}, x}, 3); }) == "");
  CHECK(failure(Code::bad_type, "'value'", [&] { cpu.launch(kernel, {1.5, x}, 3); }) == "");
  cpu.launch(kernel, {std::int64_t{255}, x}, 3);
  CHECK(x.to_host<std::uint8_t>() == std::vector<std::uint8_t>(3, 255));
  CHECK(evaluate(device.array({1.0f}) + 1).item<float>() == 2);
}

TEST_CASE("an argument of any length may be shorter than the launch") {
  const NativeKernel source{
      .name = "count_ranges",
      .parameters = {{"x", DType::i32, Access::read}, {"most", DType::u64, Access::read_write, Length::any}},
      .cpu = [](const CpuArguments& a, std::uint64_t begin, std::uint64_t end) {
        a.array<std::uint64_t>(1)[0] += end - begin;
      }};
  const Device cpu = Engine().open("cpu:1");
  const Array most = cpu.zeros({1}, DType::u64);
  cpu.launch(cpu.build(source), {cpu.zeros({5000}, DType::i32), most}, 5000);
  CHECK(most.item<std::uint64_t>() == 5000);
}

TEST_CASE("scalars of every type arrive with their value") {
  const Device cpu = Engine().open("cpu:1");
  NativeKernel source{.name = "scalars", .parameters = {{"out", DType::f64, Access::write}}, .cpu = scalars_cpu};
  for (const DType type : all_dtypes())
    source.parameters.push_back({std::string(to_string(type)), type, Access::scalar});
  const Array out = cpu.zeros({9}, DType::f64);
  const auto whole = [](std::int64_t v) { return Argument(v); };
  cpu.launch(cpu.build(source),
             {out, whole(1), whole(-100), whole(-2000000000), whole(-(1ll << 52)), whole(200), whole(4000000000),
              whole(1ll << 62), 0.25, 0.1},
             9);
  CHECK(out.to_host<double>() == std::vector<double>{1, -100, -2e9, -0x1p52, 200, 4e9, 0x1p62, 0.25, 0.1});
  CHECK(cpu.counters().launches == 1);
}

TEST_CASE("the ranges of a launch cover every element once and begin at multiples of the grain") {
  NativeKernel source{.name = "ranges", .parameters = {{"x", DType::u8, Access::read_write}}, .cpu = note_range};
  std::uint64_t grain = 1024;
  SUBCASE("which is 1024") {}
  SUBCASE("which the kernel gives") { source.cpu_grain = grain = 192; }
  SUBCASE("which is one element") { source.cpu_grain = grain = 1; }
  SUBCASE("which is more than there is") { source.cpu_grain = grain = std::uint64_t{1} << 40; }
  SUBCASE("and the kernel says how long it takes") {
    source.cpu_grain = grain = 192;
    source.cpu_nanoseconds = [](const CpuArguments&) { return 1e6; };
  }
  for (const char* name : {"cpu:1", "cpu:2", "cpu:7"}) {
    const Device cpu = Engine().open(name);
    const Kernel kernel = cpu.build(source);
    for (const std::size_t n : {1, 1023, 1024, 1025, 7 * 1024, 100000, 1000003}) {
      CAPTURE(name);
      CAPTURE(n);
      const Array x = cpu.zeros({n}, DType::u8);
      ranges.clear();
      cpu.launch(kernel, {x}, n);
      cpu.wait();
      CHECK(x.to_host<std::uint8_t>() == std::vector<std::uint8_t>(n, 1));
      std::sort(ranges.begin(), ranges.end());
      std::uint64_t next = 0;
      for (const auto& [begin, end] : ranges) {
        CHECK(begin == next);
        CHECK(begin % grain == 0);
        CHECK(end > begin);
        next = end;
      }
      CHECK(next == n);
    }
    CHECK(cpu.counters().launches == 7);
  }
}

TEST_CASE("threads take part in a launch as the kernel says that they gain from it") {
  NativeKernel source{.name = "ranges",
                      .parameters = {{"x", DType::u8, Access::read_write}, {"each", DType::f64, Access::scalar}},
                      .cpu = note_range,
                      .cpu_grain = 64,
                      .cpu_nanoseconds = [](const CpuArguments& a) { return a.scalar<double>(1); }};
  const Device cpu = Engine().open("cpu:3");
  const Array x = cpu.zeros({1000}, DType::u8);
  const auto pieces = [&](double nanoseconds) {
    ranges.clear();
    cpu.launch(cpu.build(source), {x, nanoseconds}, 1000);
    cpu.wait();
    return ranges.size();
  };
  for (const double little : {0.0, -1.0, 0.01, 1.0}) CHECK(pieces(little) == 1);
  for (const double much : {1000.0, 1e9}) CHECK(pieces(much) == 16);
  CHECK(pieces(std::numeric_limits<double>::quiet_NaN()) >= 1);
  source.cpu_nanoseconds = nullptr;
  CHECK(pieces(0) == 16);
  source.cpu_grain = 0;
  CHECK(failure(Code::bad_argument, "cpu_grain", [&] { cpu.build(source); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a kernel without a source for the device is unsupported, and one without a name refused") {
  NativeKernel bare = axpy();
  bare.cpu = nullptr;
  bare.opencl = {};
  bare.cuda = {};
  CHECK(failure(Code::unsupported, "axpy", [&] { device.build(bare); }) == "");
  CHECK(failure(Code::unsupported, device.info().kind, [&] { device.build(bare); }) == "");
  NativeKernel nameless = axpy();
  nameless.name.clear();
  CHECK(failure(Code::bad_argument, "name", [&] { device.build(nameless); }) == "");
  CHECK(evaluate(device.array({1.0f}) + 1).item<float>() == 2);
}

TEST_CASE_FIXTURE(OnDevice, "a kernel and arrays of another device are refused") {
  const Device other = Engine().open(device.name() == "cpu:4" ? "cpu:5" : "cpu:4");
  const Kernel kernel = device.build(axpy()), foreign = other.build(axpy());
  const Array x = device.zeros({10}, DType::f32), y = device.zeros({10}, DType::f32),
              far = other.zeros({10}, DType::f32);
  CHECK(failure(Code::wrong_device, other.name(), [&] { device.launch(foreign, {1.0, x, y}, 10); }) == "");
  CHECK(failure(Code::wrong_device, "'x'", [&] { device.launch(kernel, {1.0, far, y}, 10); }) == "");
  device.launch(kernel, {1.0, x, y}, 10);
  CHECK(y.to_host<float>() == std::vector<float>(10));
}

TEST_CASE_FIXTURE(OnDevice, "a source that does not compile gives the compiler's log") {
  const Array x = device.array({1.0f});
  CHECK(evaluate(x + 1).item<float>() == 2);
  if (device.info().kind == "cpu") return;  // compiled with the program
  NativeKernel broken = axpy();
  broken.opencl.text = broken.cuda.text = "this is no kernel";
  try {
    device.build(broken);
    FAIL("compiled what is no kernel");
  } catch (const Error& error) {
    CHECK(error.code() == Code::compile);
    CHECK_FALSE(error.details().empty());
  }
}
