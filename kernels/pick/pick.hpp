#pragma once

#include "lockstep/native_kernel.hpp"

namespace lockstep {

/// The two phases of a compaction, one launch each: see README.md.
enum class PickPhase { count, write };

inline constexpr std::uint64_t kPickTile = 4096;

/// The places of the true elements of a mask, in order. Contract: kernels/pick/README.md.
/// Arguments: mask, counts, places, length, phase.
const NativeKernel& pick_kernel();

// The CPU source, pick.cpu.cpp.
void pick_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);

}  // namespace lockstep
