// What becomes of a device that fails: made by functions of OpenCL that fail to order.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <random>

#include "faults.hpp"
#include "random_case.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

std::string problems_of_listing() {
  for (const auto& backend : default_backends()) {
    if (backend->do_kind() != "opencl") continue;
    std::string text;
    for (const std::string& problem : backend->do_list().problems) text += problem + "\n";
    return text;
  }
  return "no backend";
}

float doubled(const Device& device, const Array& x) {
  return item<float>(sum(x * 2.0f)) + device.array({0.0f}).item<float>();
}

}  // namespace

TEST_CASE("a device that is no longer available is lost: every call says so, and another can be opened") {
  const Engine engine;
  {
    const Device device = engine.open("opencl:0");
    const Array x = device.array({1.0f, 2.0f});
    REQUIRE(doubled(device, x) == 6);
    {
      const Fault fault("clEnqueueNDRangeKernel", CL_DEVICE_NOT_AVAILABLE);
      CHECK(failure(Code::device, "opencl:0", [&] { doubled(device, x); }) == "");
    }
    for (int i = 0; i < 2; ++i) {
      CHECK(failure(Code::device, "is lost", [&] { doubled(device, x); }) == "");
      CHECK(failure(Code::device, "is lost", [&] { x.to_host<float>(); }) == "");
      CHECK(failure(Code::device, "is lost", [&] { device.array(std::vector<float>(100000)); }) == "");
    }
    const Device other = engine.open("cpu:1");
    CHECK(doubled(other, other.array({1.0f, 2.0f})) == 6);
    const Device anew = engine.open("opencl:0");  // while the lost one lives
    CHECK(doubled(anew, anew.array({1.0f, 2.0f})) == 6);
    CHECK(failure(Code::device, "is lost", [&] { doubled(device, x); }) == "");
  }
  const Device again = engine.open("opencl:0");
  CHECK(doubled(again, again.array({1.0f, 2.0f})) == 6);
}

TEST_CASE("a device whose queues fail as well is lost, one whose queues work is not") {
  for (const bool lost : {true, false}) {
    CAPTURE(lost);
    const Device device = Engine().open("opencl:0");
    const Array x = device.array({1.0f, 2.0f});
    REQUIRE(doubled(device, x) == 6);
    {
      const Fault kernel("clEnqueueNDRangeKernel", CL_OUT_OF_RESOURCES);
      const Fault queue(lost ? "clFinish" : "nothing", CL_OUT_OF_RESOURCES);
      CHECK(failure(Code::device, "CL_OUT_OF_RESOURCES", [&] { doubled(device, x); }) == "");
    }
    if (lost)
      CHECK(failure(Code::device, "is lost", [&] { doubled(device, x); }) == "");
    else
      CHECK(doubled(device, x) == 6);
  }
}

TEST_CASE("a compiler that fails without a complaint about the source is asked again, and believed the third time") {
  const Device device = Engine().open("opencl:0");
  const Array x = device.array({1.0f, 2.0f});
  // Programs that no other test compiles, and no cache holds.
  const auto compile_anew = [&](double constant) { return item<float>(sum(x * literal(constant))); };
  const double unheard_of = 1 + static_cast<double>(std::random_device{}() % 1000000) / 1e6;
  {
    const Fault twice("clBuildProgram", CL_BUILD_PROGRAM_FAILURE, 2);
    CHECK(compile_anew(unheard_of) == doctest::Approx(3 * unheard_of));
  }
  const Fault always("clBuildProgram", CL_BUILD_PROGRAM_FAILURE);
  CHECK(failure(Code::compile, "CL_BUILD_PROGRAM_FAILURE", [&] { compile_anew(unheard_of + 2); }) == "");
}

TEST_CASE("work that fails later is reported by the wait for it, with the device's name") {
  const Device device = Engine().open("opencl:0");
  const Array x = device.array({1.0f, 2.0f});
  REQUIRE(doubled(device, x) == 6);
  {
    const Fault fault("clWaitForEvents", CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
    CHECK(failure(Code::device, "opencl:0", [&] { device.wait(); }) == "");
    CHECK(failure(Code::device, "CL_EXEC_STATUS_ERROR", [&] { x.to_host<float>(); }) == "");
  }
  CHECK(doubled(device, x) == 6);
}

TEST_CASE("a lack of memory that shows late is out_of_memory all the same, and the device goes on") {
  const Device device = Engine().open("opencl:0");
  const Array x = device.array({1.0f, 2.0f});
  REQUIRE(doubled(device, x) == 6);
  {
    // A driver that allocates when memory is first used: here when it is made real.
    const Fault fault("clEnqueueMigrateMemObjects", CL_OUT_OF_RESOURCES);
    CHECK(failure(Code::out_of_memory, "bytes requested", [&] { device.empty(Shape{1250000}, DType::f32); }) == "");
  }
  {
    const Fault fault("clEnqueueNDRangeKernel", CL_MEM_OBJECT_ALLOCATION_FAILURE);
    CHECK(failure(Code::out_of_memory, "run a kernel", [&] { doubled(device, x); }) == "");
  }
  CHECK(doubled(device, x) == 6);
  CHECK(device.empty(Shape{1250000}, DType::f32).size() == 1250000);
}

TEST_CASE("the listing says why there is no device, and names the platform and the status") {
  CHECK(problems_of_listing() == "");
  {
    const Fault fault("clGetPlatformIDs", -1001);  // CL_PLATFORM_NOT_FOUND_KHR
    CHECK(problems_of_listing().find("no OpenCL platform: install") != std::string::npos);
    CHECK(failure(Code::no_device, "opencl:0", [] { open_backend("opencl:0"); }) == "");
  }
  {
    const Fault fault("clGetPlatformIDs", CL_OUT_OF_HOST_MEMORY);
    CHECK(problems_of_listing().find("CL_OUT_OF_HOST_MEMORY") != std::string::npos);
  }
  {
    const Fault fault("clGetDeviceIDs", CL_DEVICE_NOT_FOUND);
    CHECK(problems_of_listing().find("' has no device") != std::string::npos);
  }
  {
    const Fault fault("clGetDeviceIDs", -9999);
    CHECK(problems_of_listing().find("OpenCL status -9999") != std::string::npos);
  }
}

TEST_CASE("a device with little local memory, or small work-groups, takes another shape and gives the same bits") {
  const Environment shape("LOCKSTEP_OPENCL_SHAPE", "gpu"), cache("LOCKSTEP_CACHE", "off");
  PassCase c = random_case({.operations = 20, .elements = 20000, .seed = 12});
  const auto reference = open_backend("cpu:1");
  const auto expected = run_case(*reference, *reference->do_make_queue(), c);
  Program sums;
  sums.arrays = {DType::f32};
  sums.nodes = {{Op::load, DType::f32, {}, 0}};
  sums.outputs = {{0, Fold::sum}};
  const auto uses_local = [&](BackendDevice& device) {
    return device.do_compile(sums)->source().find("__local") != std::string::npos;
  };
  CHECK(uses_local(*open_backend("opencl:0")));
  {
    const Environment little("LOCKSTEP_OPENCL_LOCAL_MEMORY", "1000");
    const auto device = open_backend("opencl:0");
    CHECK_FALSE(uses_local(*device));
    CHECK(difference(c, expected, run_case(*device, *device->do_make_queue(), c)) == "");
  }
  {
    const SmallGroups small(64);
    const auto device = open_backend("opencl:0");
    CHECK(difference(c, expected, run_case(*device, *device->do_make_queue(), c)) == "");
  }
}
