#include "random_case.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// Runs `count` random programs on both devices; the number of expressions compared.
std::size_t compare_devices(int count, CaseOptions options) {
  const auto reference = open_backend("cpu:1"), device = open_backend("opencl:0");
  const auto reference_queue = reference->do_make_queue(), queue = device->do_make_queue();
  options.f64 = device->do_info().has_f64;
  std::size_t outputs = 0;
  for (int i = 0; i < count; ++i, ++options.seed) {
    const PassCase c = random_case(options);
    const std::string found = difference(c, run_case(*reference, *reference_queue, c), run_case(*device, *queue, c));
    CAPTURE(options.seed);
    CAPTURE(c.program.dump());
    CHECK(found == "");
    if (!found.empty()) break;
    outputs += c.outputs.size();
  }
  return outputs;
}

int programs(int count) { return static_cast<int>(scaled(static_cast<std::size_t>(count))); }

}  // namespace

TEST_CASE("random programs have the CPU's bits in the shape for processors") {
  const Environment shape("LOCKSTEP_OPENCL_SHAPE", "cpu");
  const std::size_t outputs = compare_devices(programs(45), {.operations = 60, .seed = 1000});
  CHECK(outputs > static_cast<std::size_t>(programs(45)) * 30);  // thousands, together with the other shape
}

TEST_CASE("random programs have the CPU's bits in the shape for GPUs") {
  const Environment shape("LOCKSTEP_OPENCL_SHAPE", "gpu");
  const std::size_t outputs = compare_devices(programs(25), {.operations = 60, .seed = 2000});
  CHECK(outputs > static_cast<std::size_t>(programs(25)) * 30);
}

TEST_CASE("large passes, whose folds take two kernels, have the CPU's bits in both shapes") {
  for (const char* name : {"cpu", "gpu"}) {
    const Environment shape("LOCKSTEP_OPENCL_SHAPE", name);
    CHECK(compare_devices(programs(6), {.operations = 14, .elements = 400000, .seed = 3000}) > 0);
  }
}

TEST_CASE("f32 division and square root by way of f64 have the CPU's bits") {
  const Environment division("LOCKSTEP_OPENCL_DIVIDE", "f64");
  CHECK(compare_devices(programs(5), {.operations = 45, .folds = false, .seed = 4000}) > 0);
}

TEST_CASE("a difference between two results is found") {
  const PassCase c = random_case({.seed = 5});
  const auto device = open_backend("cpu:1");
  const auto expected = run_case(*device, *device->do_make_queue(), c);
  auto got = expected;
  CHECK(difference(c, expected, got) == "");
  got.back().back() ^= std::byte{0x40};
  CHECK(difference(c, expected, got).find("expected") != std::string::npos);
}
