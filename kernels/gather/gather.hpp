#pragma once

#include "bit_order.hpp"
#include "lockstep/native_kernel.hpp"

namespace lockstep {

/// What a gather makes of an index that is outside. `none`: indices were checked; negative ones count from the end.
enum class GatherMode { none, wrap, clip };

/// out[o, j, r] = x[o, indices[j], r]. Contract: kernels/gather/README.md. `element` is u8, u32 or u64; throws
/// `bad_type` for another type. Arguments: x, indices, out, length, count, inner, mode.
const NativeKernel& gather_kernel(DType element);

// The CPU source, gather.cpu.cpp.
template <class T>
void gather_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);

}  // namespace lockstep
