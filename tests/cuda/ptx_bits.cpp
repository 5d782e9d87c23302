// What NVRTC makes of the text of kernels, executed: its PTX against the CPU backend. Of the oldest architecture that
// is served, and of the newest, which has another code generator.
#include <doctest/doctest.h>

#include "compare_bits.hpp"
#include "ptx_compiler.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// Runs `f` with a compiler for each architecture.
template <class F>
void for_each_architecture(const F& f) {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  for (const int architecture : {75, nvrtc->target_for(9999).architecture}) {
    CAPTURE(architecture);
    f(compile_to_ptx(nvrtc, architecture));
  }
}

}  // namespace

TEST_CASE("every operation and every fold of every type has the CPU's bits in PTX") {
  for_each_architecture([](const KernelCompiler& compiler) {
    HostDevice host(4, compiler);
    CHECK(compare_bits(table_of_cases(), host) > 300);
  });
}

TEST_CASE("random programs have the CPU's bits in PTX") {
  const int count = scaled_programs(40);
  for_each_architecture([&](const KernelCompiler& compiler) {
    HostDevice host(4, compiler);
    CHECK(compare_bits(random_cases(count, {.operations = 40, .elements = 1500, .seed = 17000}), host) >
          static_cast<std::size_t>(count) * 10);
  });
}

TEST_CASE("orbit.cu has the CPU's bits in PTX") {
  for_each_architecture([](const KernelCompiler& compiler) {
    for (const DType type : {DType::f32, DType::f64}) {
      HostDevice host(4, compiler);
      compare_orbit(type, host);
    }
  });
}

TEST_CASE("folds whose tails end anywhere have the CPU's bits in PTX") {
  std::vector<PassCase> cases;
  for (const std::uint64_t n : {1, 33, 127, 1023, 1025, 8193, 9217})
    for (const DType type : {DType::f32, DType::f64}) cases.push_back(folds_of(type, 1, n, Over::all));
  for (const std::uint64_t columns : {1, 9, 256})
    for (const std::uint64_t rows : {1, 129, 1025})
      for (const Over over : {Over::rows, Over::columns}) cases.push_back(folds_of(DType::f32, rows, columns, over));
  for_each_architecture([&](const KernelCompiler& compiler) {
    HostDevice host(4, compiler);
    CHECK(compare_bits(cases, host) > 100);
  });
}

namespace {

/// Of bytes: f32(i8(a - b)) < f32(c).
PassCase difference_of_bytes() {
  constexpr int kCount = 4096;
  PassCase c;
  c.extents[0] = kCount;
  c.program.arrays = {DType::u8, DType::u8, DType::i8};
  c.program.nodes = {{Op::load, DType::u8, {}, 0},   {Op::load, DType::u8, {}, 1},
                     {Op::load, DType::i8, {}, 2},   {Op::sub, DType::u8, {0, 1}, 0},
                     {Op::cast, DType::i8, {3}, 0},  {Op::cast, DType::f32, {4}, 0},
                     {Op::cast, DType::f32, {2}, 0}, {Op::lt, DType::boolean, {5, 6}, 0}};
  c.program.outputs = {{7, Fold::store}};
  for (const int step : {1, 7, 11}) {
    c.arrays.push_back({c.program.arrays[c.arrays.size()], std::vector<std::byte>(kCount), {nullptr, 0, {1}}, -1});
    for (int i = 0; i < kCount; ++i)
      c.arrays.back().bytes[static_cast<std::size_t>(i)] = std::byte(step * i / 16 % 256);
  }
  c.outputs.push_back({DType::boolean, std::vector<std::byte>(kCount), {nullptr, 0, {1}}, -1});
  return c;
}

}  // namespace

TEST_CASE("a byte's sign that NVRTC 13.0 forgets is found in its PTX, and is there in the text that hides the byte") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  const PassCase c = difference_of_bytes();
  const auto reference = open_backend("cpu:1");
  const auto expected = run_case(*reference, *reference->do_make_queue(), c);
  const auto fault = [&](bool hides) {
    const KernelCompiler compiler = compile_to_ptx(nvrtc, 75);
    HostDevice host(4, [&](std::vector<KernelText> texts) {
      for (KernelText& kernel : texts) {
        const std::string hidden = R"(asm("" : "+r"(w));)";
        for (auto at = kernel.text.find(hidden); !hides; at = kernel.text.find(hidden)) {
          if (at == std::string::npos) break;
          kernel.text.erase(at, hidden.size());
        }
      }
      return compiler(texts);
    });
    const auto queue = host.do_make_queue();
    run_case(host, *queue, c);
    host.build();
    return difference(c, expected, run_case(host, *queue, c));
  };
  CHECK(fault(true) == "");
  if (nvrtc->version() == 13000)
    CHECK(fault(false) != "");
  else
    MESSAGE("not looked for: this is NVRTC " << nvrtc->version());
}
