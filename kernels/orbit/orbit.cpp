#include "orbit/orbit.hpp"

#include <algorithm>
#include <string>

#include "lockstep/error.hpp"
#include "orbit/orbit.cl.hpp"
#include "orbit/orbit.cu.hpp"

namespace lockstep {
namespace {

/// About the time of a step on one core with vectors of 256 bits: what the divider takes.
template <int kPicosecondsPerStep>
double nanoseconds(const CpuArguments& arguments) {
  const auto steps = static_cast<double>(std::max<std::int64_t>(0, arguments.scalar<std::int64_t>(6)));
  return 1 + steps * kPicosecondsPerStep / 1000;
}

NativeKernel make(DType type, CpuFunction cpu) {
  NativeKernel kernel;
  kernel.name = "orbit_" + std::string(to_string(type));
  kernel.parameters = {
      {"x", type, Access::read_write},      {"y", type, Access::read_write}, {"w", type, Access::read},
      {"vx", type, Access::write},          {"vy", type, Access::write},     {"h", type, Access::scalar},
      {"steps", DType::i64, Access::scalar}};
  kernel.cpu = cpu;
  kernel.cpu_grain = 128;  // whole groups of vectors, however long
  kernel.cpu_nanoseconds = type == DType::f32 ? nanoseconds<400> : nanoseconds<1400>;
  kernel.opencl = {embedded::orbit_cl, "orbit", {}};
  kernel.cuda = {embedded::orbit_cu, "orbit", {}};
  if (type == DType::f64) kernel.opencl.defines = kernel.cuda.defines = {{"ORBIT_F64", "1"}};
  return kernel;
}

}  // namespace

const NativeKernel& orbit_kernel(DType type) {
  static const NativeKernel f32 = make(DType::f32, orbit_cpu_f32);
  static const NativeKernel f64 = make(DType::f64, orbit_cpu_f64);
  if (type == DType::f32) return f32;
  if (type == DType::f64) return f64;
  throw Error(Code::bad_type, "the orbit kernel has no version for " + std::string(to_string(type)), "Use f32 or f64.");
}

}  // namespace lockstep
