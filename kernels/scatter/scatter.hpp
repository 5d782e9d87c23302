#pragma once

#include "bit_order.hpp"
#include "lockstep/native_kernel.hpp"

namespace lockstep {

/// The two phases of a scatter, one launch each: see README.md.
enum class ScatterPhase { choose, write };

/// out[indices[i]] = values[i], the last of equal indices. Contract: kernels/scatter/README.md. `element` is u8, u32 or
/// u64; throws `bad_type` for another type. Arguments: indices, values, last, out, length, phase.
const NativeKernel& scatter_kernel(DType element);

// The CPU source, scatter.cpu.cpp.
template <class T>
void scatter_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);

}  // namespace lockstep
