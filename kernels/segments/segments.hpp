#pragma once

#include "scan/scan.hpp"

namespace lockstep {

/// The two phases of a segmented reduction, one launch each: see README.md.
enum class SegmentPhase { sums, join };

/// The unit tree of each segment. Contract: kernels/segments/README.md. Operations and types are those of the scan
/// kernel; throws `bad_type` for a type that the operation has no version for. Arguments: x, offsets, units, nodes,
/// out, segments, phase, order, empty.
const NativeKernel& segments_kernel(ScanOp op, DType type);

// The CPU source, segments.cpu.cpp.
CpuFunction segments_cpu(ScanOp op, DType type);

}  // namespace lockstep
