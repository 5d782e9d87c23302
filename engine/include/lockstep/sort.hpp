#pragma once

#include <optional>

#include "lockstep/evaluate.hpp"

namespace lockstep {

// Sorting along `axis`, the last by default; a negative number counts from the last, nothing means all elements in
// row-major order, as one axis. The order is NumPy's: false before true, -0 equal to +0, NaN last. It is stable: equal
// elements, and NaNs, stay in the order in which they were. The results are new row-major arrays.
// A radix sort: one pass over the elements per byte of the type, fewer for integers of a small range. Queued; for
// integers of 32 and 64 bits it first waits for their range, on CUDA only for many of 64 bits. Needs memory for two
// copies, with places four bytes per element more for each. Throws `bad_shape` for an axis that is not there or 2^32
// elements or more, `bad_argument` if no array says on which device to work.

/// The elements in order.
Array sort(const Expr& x, std::optional<int> axis = -1);
/// Where the elements in order come from: places along the axis, as i64.
Array argsort(const Expr& x, std::optional<int> axis = -1);

/// Keys in order, and what came with each.
struct SortedByKey {
  Array keys;
  Array values;
};
/// Sorts `values` by `keys`, which have the same shape, as one axis; stable. Throws `bad_shape` if the shapes differ.
SortedByKey sort_by_key(const Expr& keys, const Expr& values);

}  // namespace lockstep
