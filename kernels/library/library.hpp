#pragma once

#include "scan/scan.hpp"

namespace lockstep {

/// What a sort gives besides its keys: nothing, their places, or places with every row sorted by itself.
enum class LibrarySort { keys, places, rows };

// Operations that a device may have from its maker's library. Contract: kernels/library/README.md. Null for a type or
// an operation that no library is asked for.

/// `element`: the keys' own type.
const NativeKernel* library_sort(LibrarySort what, DType element);
/// `type`: that of the scan kernel.
const NativeKernel* library_scan(ScanOp op, DType type);

}  // namespace lockstep
