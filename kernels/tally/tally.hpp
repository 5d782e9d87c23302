#pragma once

#include "lockstep/native_kernel.hpp"

namespace lockstep {

inline constexpr std::uint64_t kTallyTile = 4096;

/// sums[indices[i]] += values[i], or 1. Contract: kernels/tally/README.md.
/// Arguments: indices, values, sums, count, length, weighted.
const NativeKernel& tally_kernel();

// The CPU source, tally.cpu.cpp.
void tally_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);

}  // namespace lockstep
