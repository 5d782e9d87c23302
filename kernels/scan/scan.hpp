#pragma once

#include "bit_order.hpp"
#include "lockstep/dtype.hpp"
#include "lockstep/native_kernel.hpp"

namespace lockstep {

/// What a scan combines. Sums and products work on f32, f64 and u64 (i64 has the same bits); the smallest so far on
/// unsigned keys of the element's width.
enum class ScanOp { sum, prod, smallest };

/// Added to the BitOrder: keys in the opposite order, so that the smallest key is the largest element.
inline constexpr std::uint32_t kScanMirrored = 4;

/// The three phases of a scan, one launch each: see README.md.
enum class ScanPhase { sums, nodes, apply };

/// Elements of a unit of the tree; levels of the tree that one launch of the phase `nodes` makes.
inline constexpr std::uint64_t kScanUnit = 1024;
inline constexpr int kScanLevels = 9;
/// A launch has this many elements for each tile of its phase, for a work-group of GPUs.
inline constexpr std::uint64_t kScanThreads = 256;

/// The scan kernel. Contract: kernels/scan/README.md. Throws `bad_type` for a type that the operation has no version
/// for. Arguments: x, out, nodes, length, phase, level, order, exclusive, empty.
const NativeKernel& scan_kernel(ScanOp op, DType type);

// The CPU source, scan.cpu.cpp.
CpuFunction scan_cpu(ScanOp op, DType type);

}  // namespace lockstep
