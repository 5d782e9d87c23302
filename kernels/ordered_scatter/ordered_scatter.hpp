#pragma once

#include "lockstep/native_kernel.hpp"

namespace lockstep {

enum class ScatterAction { put, add, sum };

/// Elements of a launch for each part of the output.
inline constexpr std::uint64_t kOrderedScatterPart = 1024;

/// Values to their indices in order, on the CPU alone. Contract: kernels/ordered_scatter/README.md. `element` is u8,
/// u32, u64, f32 or f64; throws `bad_type` for another type. Arguments: indices, values, out, ends, grouped, count,
/// length, parts, action.
const NativeKernel& ordered_scatter_kernel(DType element);

// The CPU source, ordered_scatter.cpu.cpp.
template <class T>
void ordered_scatter_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);

}  // namespace lockstep
