#include <cstring>

#include "pass_runner.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr const char* kShapes[] = {"cpu", "gpu"};

template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto* data = reinterpret_cast<const std::byte*>(values.data());
  return {data, data + values.size() * sizeof(T)};
}

template <class T>
T value_of(const std::vector<std::byte>& bytes, std::size_t i = 0) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof value);
  return value;
}

HostOperand result(DType type, Strides strides = {}, std::size_t n = 1) {
  return {type, std::vector<std::byte>(n * size_of(type)), {nullptr, 0, strides}, -1};
}

}  // namespace

TEST_CASE("a fold of more than 2^32 elements counts and finds each of them") {
  // No memory: the one array repeats its only element, the index is computed.
  constexpr std::uint64_t n = (std::uint64_t{1} << 32) + 5000;
  constexpr std::int64_t at = (std::int64_t{1} << 32) + 3;
  PassCase c;
  c.extents[0] = n;
  c.program.arrays = {DType::i64};
  c.program.indices = 1;
  c.program.nodes = {{Op::load, DType::i64, {}, 0},
                     {Op::index, DType::i64, {}, 0},
                     {Op::constant, DType::i64, {}, static_cast<std::uint64_t>(at)},
                     {Op::eq, DType::boolean, {1, 2}, 0}};
  c.program.outputs = {{0, Fold::sum}, {3, Fold::argmax}};
  c.arrays.push_back({DType::i64, bytes_of<std::int64_t>({3}), {}, -1});
  c.indices.push_back({nullptr, 0, {1}});
  for (int i = 0; i < 2; ++i) c.outputs.push_back(result(DType::i64));
  const auto device = open_backend("opencl:0");
  const auto got = run_case(*device, *device->do_make_queue(), c);
  CHECK(value_of<std::int64_t>(got[0]) == 3 * static_cast<std::int64_t>(n));
  CHECK(value_of<std::int64_t>(got[1]) == at);
}

TEST_CASE("tall and short matrices fold along either axis to the CPU's bits") {
  const auto reference = open_backend("cpu:1");
  const auto reference_queue = reference->do_make_queue();
  struct Matrix {
    std::uint64_t rows, columns;
  };
  for (const Matrix m : {Matrix{40000, 3}, {3, 40000}, {700, 130}, {2500, 33}, {1, 5000}, {5000, 1}, {64, 2049}}) {
    const auto values = awkward_values<float>(m.rows * m.columns, m.rows);
    for (const bool first_axis : {true, false}) {
      PassCase c;
      c.rank = 2;
      c.outer_rank = 1;
      c.extents = {first_axis ? m.columns : m.rows, first_axis ? m.rows : m.columns};
      const auto step = static_cast<std::int64_t>(m.columns);
      c.program.arrays = {DType::f32};
      c.program.nodes = {{Op::load, DType::f32, {}, 0}};
      c.program.outputs = {{0, Fold::sum}, {0, Fold::argmin}, {0, Fold::max}};
      c.arrays.push_back(
          {DType::f32, bytes_of(values), {nullptr, 0, first_axis ? Strides{1, step} : Strides{step, 1}}, -1});
      for (const Output& o : c.program.outputs)
        c.outputs.push_back(result(c.program.output_type(o), {1}, c.extents[0]));
      const auto expected = run_case(*reference, *reference_queue, c);
      for (const std::string name : kShapes) {
        CAPTURE(m.rows);
        CAPTURE(first_axis);
        CAPTURE(name);
        const Environment shape("LOCKSTEP_OPENCL_SHAPE", name.c_str());
        const auto device = open_backend("opencl:0");
        CHECK(difference(c, expected, run_case(*device, *device->do_make_queue(), c)) == "");
      }
    }
  }
}

TEST_CASE("a program with more operands than a kernel may have parameters runs all the same") {
  const auto reference = open_backend("cpu:1"), device = open_backend("opencl:0");
  PassCase c;
  c.rank = 3;
  c.extents = {5, 7, 11};
  for (std::uint32_t a = 0; a < 40; ++a) {
    c.program.arrays.push_back(DType::i32);
    c.program.nodes.push_back({Op::load, DType::i32, {}, a});
    c.arrays.push_back(
        {DType::i32, bytes_of(awkward_values<std::int32_t>(5 * 7 * 11, a)), {nullptr, 0, {1, 55, 5}}, -1});
  }
  for (std::uint32_t a = 1; a < 40; ++a) c.program.nodes.push_back({Op::sub, DType::i32, {a == 1 ? 0 : 38 + a, a}, 0});
  c.program.outputs = {{static_cast<std::uint32_t>(c.program.nodes.size() - 1), Fold::store}};
  c.outputs.push_back(result(DType::i32, {77, 11, 1}, 5 * 7 * 11));
  const auto expected = run_case(*reference, *reference->do_make_queue(), c);
  CHECK(difference(c, expected, run_case(*device, *device->do_make_queue(), c)) == "");
  CHECK(device->do_compile(c.program)->source().find("lockstep_kernel") != std::string::npos);
}
