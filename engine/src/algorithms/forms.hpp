#pragma once

#include "scan/scan.hpp"

namespace lockstep::algorithms {

/// Which version of the scan and segments kernels works on a type, and how.
struct Form {
  ScanOp op;
  DType result;
  DType kernel;
  std::uint32_t order = 0;
  std::int64_t empty = 0;  ///< the bits of the value of no elements, sign-extended; a number for floats
};

/// Sums and products: integers and bools as i64 or u64.
Form arithmetic_form(ScanOp op, DType type);
/// Minima and maxima.
Form extreme_form(bool smallest, DType type);

}  // namespace lockstep::algorithms
