#pragma once

#include "lockstep/dtype.hpp"
#include "lockstep/native_kernel.hpp"

namespace lockstep {

/// The orbit kernel in f32 or f64: `steps` steps of length `h` per launch. Contract: kernels/orbit/README.md.
/// Arguments: x, y (read and written), w (read), vx, vy (written), h (scalar), steps (i64 scalar).
/// Throws `bad_type` for another type.
const NativeKernel& orbit_kernel(DType type);

// The CPU sources, orbit.cpu.cpp.
void orbit_cpu_f32(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);
void orbit_cpu_f64(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);
// The two that orbit_cpu_f64 chooses from, with the same bits: by the divider, or by reciprocals and corrections.
void orbit_cpu_f64_division(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);
void orbit_cpu_f64_reciprocals(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);

}  // namespace lockstep
