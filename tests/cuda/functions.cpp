// Every function of floats on values that are hard: the text of its kernels, and what NVRTC makes of it.
#include <doctest/doctest.h>

#include "engine/src/device_impl.hpp"
#include "lockstep/error.hpp"
#include "lockstep/lockstep.hpp"
#include "ptx_compiler.hpp"
#include "tests/cells.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// The results of all functions that take this type, and their names: all in one program, then each in its own.
std::vector<Array> results(const Device& device, DType type, std::vector<std::string>& names) {
  std::vector<Expr> operands, values;
  names.clear();
  for (const std::uint64_t seed : {1, 2, 3}) operands.push_back(upload(device, awkward_cells(type, 600, seed)));
  for (const FunctionInfo& function : all_functions()) try {
      values.push_back(call(function.function, std::span(operands).first(static_cast<std::size_t>(function.arity))));
      names.emplace_back(function.name);
    } catch (const Error& error) {
      CHECK(error.code() == Code::bad_type);
    }
  std::vector<Array> all = device.evaluate(values);
  for (const Expr& value : values) all.push_back(device.evaluate(value));
  for (std::size_t i = 0; i < values.size(); ++i) names.push_back(names[i] + " alone");
  return all;
}

void compare(const KernelCompiler& compiler) {
  auto owned = std::make_unique<HostDevice>(4, compiler);
  HostDevice& host = *owned;
  const Device device(std::make_shared<Device::Impl>(std::move(owned), DeviceOptions{})), cpu = Engine().open("cpu:1");
  std::vector<std::string> names;
  for (const DType type : {DType::f32, DType::f64}) results(device, type, names);
  host.build();
  for (const DType type : {DType::f32, DType::f64}) {
    CAPTURE(to_string(type));
    const std::vector<Array> expected = results(cpu, type, names), got = results(device, type, names);
    REQUIRE(got.size() == expected.size());
    CHECK(got.size() > 100);
    for (std::size_t i = 0; i < got.size(); ++i) {
      CAPTURE(names[i]);
      CHECK(difference(got[i], expected[i]) == "");
    }
  }
}

}  // namespace

TEST_CASE("every function of f32 and f64 has the CPU's bits in CUDA C") { compare(compile_for_host); }

TEST_CASE("every function of f32 and f64 has the CPU's bits in PTX") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  for (const int architecture : {75, nvrtc->target_for(9999).architecture}) {
    CAPTURE(architecture);
    compare(compile_to_ptx(nvrtc, architecture));
  }
}
