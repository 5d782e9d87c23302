#include "pass_runner.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

NativeKernel kernel_with(std::string text, DType type = DType::f32) {
  NativeKernel kernel;
  kernel.name = "mine";
  kernel.parameters = {{"x", type, Access::read_write}};
  kernel.opencl = {std::move(text), "mine", {}};
  return kernel;
}

}  // namespace

TEST_CASE("a kernel that does not compile gives the log and the line of its own source") {
  const auto device = open_backend("opencl:0");
  const std::string text = "__kernel void mine(__global float* x, ulong n) {\n  x[0] = no_such_name;\n}\n";
  CHECK(failure(Code::compile, "line 2:   x[0] = no_such_name;", [&] { device->do_build(kernel_with(text)); }) == "");
  CHECK(failure(Code::compile, "the kernel 'mine'", [&] { device->do_build(kernel_with(text)); }) == "");
  CHECK(failure(Code::compile, "CL_BUILD_PROGRAM_FAILURE", [&] { device->do_build(kernel_with(text)); }) == "");
}

TEST_CASE("a source without its entry is refused") {
  const auto device = open_backend("opencl:0");
  const auto other = kernel_with("__kernel void other(__global float* x, ulong n) {}\n");
  CHECK(failure(Code::compile, "mine", [&] { device->do_build(other); }) == "");
}

TEST_CASE("a device without f64 refuses it before any work, and goes on with f32") {
  const Environment no_f64("LOCKSTEP_OPENCL_F64", "off");
  const auto device = open_backend("opencl:0");
  CHECK_FALSE(device->do_info().has_f64);
  Program program;
  program.arrays = {DType::f64};
  program.nodes = {{Op::load, DType::f64, {}, 0}};
  program.outputs = {{0, Fold::sum}};
  CHECK(failure(Code::unsupported, "f64", [&] { device->do_compile(program); }) == "");
  const auto wide = kernel_with("__kernel void mine(__global double* x, ulong n) {}\n", DType::f64);
  CHECK(failure(Code::unsupported, "f64", [&] { device->do_build(wide); }) == "");
  program.arrays = {DType::f32};
  program.nodes[0].type = DType::f32;
  CHECK(device->do_compile(program)->source().find("double") == std::string::npos);
}

TEST_CASE("a buffer above the device's limit gives out_of_memory with the bytes, and the device goes on") {
  const auto device = open_backend("opencl:0");
  const std::uint64_t huge = std::uint64_t{1} << 46;
  CHECK(failure(Code::out_of_memory, std::to_string(huge), [&] { device->do_allocate(huge); }) == "");
  CHECK(device->do_allocate(1000)->bytes() == 1000);
}

TEST_CASE("a device number that is not there is refused, and the message says how many there are") {
  CHECK(failure(Code::no_device, "opencl:99", [] { open_backend("opencl:99"); }) == "");
}

TEST_CASE("a device tells what it is") {
  const DeviceInfo info = open_backend("opencl:0")->do_info();
  CHECK(info.name == "opencl:0");
  CHECK(info.kind == "opencl");
  CHECK(info.memory > 0);
  for (const char* name :
       {"platform", "vendor", "version", "OpenCL C", "driver", "type", "compute units", "clock", "global memory",
        "local memory", "constant memory", "largest buffer", "work-group limit", "work-item limits", "f64 subnormals",
        "f64", "f32 subnormals", "f32 correct divide", "unified memory"}) {
    CAPTURE(name);
    const auto row =
        std::find_if(info.properties.begin(), info.properties.end(), [&](auto& p) { return p.first == name; });
    REQUIRE(row != info.properties.end());
    CHECK(row->second != "");
  }
}
