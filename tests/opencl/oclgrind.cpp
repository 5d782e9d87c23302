// The cases that Oclgrind runs: small ones, as it interprets every instruction.
#include "random_case.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

PassCase fold_case(std::uint64_t rows, std::uint64_t columns) {
  PassCase c;
  c.rank = 2;
  c.outer_rank = 1;
  c.extents = {rows, columns};
  c.program.arrays = {DType::f32};
  c.program.nodes = {{Op::load, DType::f32, {}, 0}, {Op::mul, DType::f32, {0, 0}, 0}};
  c.program.outputs = {{0, Fold::sum}, {1, Fold::argmax}, {1, Fold::store}};
  c.arrays.push_back({DType::f32,
                      std::vector<std::byte>(rows * columns * 4),
                      {nullptr, 0, {static_cast<std::int64_t>(columns), 1}},
                      -1});
  c.outputs.push_back({DType::f32, std::vector<std::byte>(rows * 4), {nullptr, 0, {1}}, -1});
  c.outputs.push_back({DType::i64, std::vector<std::byte>(rows * 8), {nullptr, 0, {1}}, -1});
  c.outputs.push_back(c.arrays[0]);
  return c;
}

}  // namespace

TEST_CASE("under Oclgrind: folds and elements of every family") {
  for (const char* name : {"cpu", "gpu"}) {
    const Environment shape("LOCKSTEP_OPENCL_SHAPE", name);
    const auto device = open_backend("opencl:0"), reference = open_backend("cpu:1");
    const auto queue = device->do_make_queue(), reference_queue = reference->do_make_queue();
    for (const PassCase& c : {fold_case(1, 9000), fold_case(40, 5), fold_case(2, 1300),
                              random_case({.operations = 12, .elements = 300, .seed = 6}),
                              random_case({.operations = 12, .elements = 300, .folds = false, .seed = 7})})
      CHECK(difference(c, run_case(*reference, *reference_queue, c), run_case(*device, *queue, c)) == "");
  }
}

// Finds nothing by itself: the run under Oclgrind must.
TEST_CASE("under Oclgrind: a seeded fault" * doctest::skip()) {
  NativeKernel kernel;
  kernel.name = "fault";
  kernel.parameters = {{"x", DType::f32, Access::read_write}};
  kernel.opencl = {
      "__kernel void fault(__global float* x, ulong n) { x[get_global_id(0) + 1000000] = 1.0f; }\n", "fault", {}};
  const auto device = open_backend("opencl:0");
  const auto queue = device->do_make_queue();
  const auto buffer = device->do_allocate(4096);
  const NativeArgument argument{buffer.get(), 0, 0};
  queue->do_launch(*device->do_build(kernel), {&argument, 1}, 1024);
  queue->do_record()->do_wait();
}
