// The text of CUDA kernels, run on the host: the emitter's and the hand-written kernels' logic against the CPU backend.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <stdexcept>

#include "compare_bits.hpp"
#include "host_device.hpp"
#include "host_grid.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

std::size_t compare(const std::vector<PassCase>& cases, int units = 4) {
  HostDevice host(units);
  return compare_bits(cases, host);
}

}  // namespace

TEST_CASE("every operation and every fold of every type has the CPU's bits in CUDA C") {
  CHECK(compare(table_of_cases()) > 300);
}

TEST_CASE("random programs have the CPU's bits in CUDA C") {
  const int count = scaled_programs(60);
  CHECK(compare(random_cases(count, {.operations = 40, .elements = 1500, .seed = 7000})) >
        static_cast<std::size_t>(count) * 10);
}

TEST_CASE("folds whose tails end anywhere in a unit, a block and a chunk have the CPU's bits in CUDA C") {
  std::vector<PassCase> cases;
  for (const std::uint64_t n :
       {1, 2, 31, 32, 33, 127, 128, 129, 1023, 1024, 1025, 8191, 8192, 8193, 9217, 16385, 70001})
    for (const DType type : {DType::f32, DType::f64}) cases.push_back(folds_of(type, 1, n, Over::all));
  for (const std::uint64_t columns : {1, 7, 8, 9, 255, 256, 257})
    for (const std::uint64_t rows : {1, 127, 129, 1025})
      for (const Over over : {Over::rows, Over::columns}) cases.push_back(folds_of(DType::f32, rows, columns, over));
  // Few outputs and many of them, so long that each is divided.
  cases.push_back(folds_of(DType::f64, 40001, 3, Over::rows));
  cases.push_back(folds_of(DType::f32, 9001, 70, Over::rows));
  cases.push_back(folds_of(DType::f32, 3, 150001, Over::columns));
  CHECK(compare(cases) > 200);
}

TEST_CASE("the bits do not depend on the number of multiprocessors") {
  const auto cases = random_cases(6, {.operations = 8, .elements = 60000, .seed = 8000});
  for (const int units : {1, 132}) CHECK(compare(cases, units) > 0);
}

TEST_CASE("orbit.cu has the CPU's bits at every length, offset and number of steps") {
  HostDevice f32, f64;
  compare_orbit(DType::f32, f32);
  compare_orbit(DType::f64, f64);
}

TEST_CASE("the host's threads notice a missing barrier and one that not all threads reach") {
  // Each thread reads what its neighbour wrote.
  const auto kernel = [](const char* barrier) {
    NativeKernel k;
    k.name = "neighbour";
    k.parameters = {{"x", DType::i32, Access::write}};
    k.cuda = {fmt::format(R"(extern "C" __global__ void neighbour(int* x, unsigned long long n) {{
  __shared__ int value[256];
  value[threadIdx.x] = 1000 + (int)threadIdx.x;
  {}
  x[threadIdx.x] = value[(threadIdx.x + 1) % 256] + value[(threadIdx.x + 255) % 256];
  __syncthreads();
}}
)",
                          barrier),
              "neighbour",
              {}};
    return k;
  };
  const auto right = [&](const char* barrier) {
    HostDevice host;
    const auto queue = host.do_make_queue();
    const auto executable = host.do_build(kernel(barrier));
    const auto buffer = host.do_allocate(256 * 4);
    const NativeArgument argument{buffer.get(), 0, 0};
    queue->do_launch(*executable, {&argument, 1}, 256);
    host.build();
    queue->do_launch(*executable, {&argument, 1}, 256);
    std::vector<std::int32_t> x(256);
    queue->do_read(*buffer, 0, x.data(), 1024);
    return x[5] == 2010 && x[0] == 2256;
  };
  CHECK(right("__syncthreads();"));
  CHECK_FALSE(right(""));
  CHECK_THROWS_AS(right("if (threadIdx.x < 7) return;"), std::runtime_error);
}
