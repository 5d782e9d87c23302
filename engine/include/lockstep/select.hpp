#pragma once

#include <optional>
#include <vector>

#include "lockstep/evaluate.hpp"

namespace lockstep {

// Elements chosen by a mask or by indices. The results are new row-major arrays.

/// Where `x`, with all its axes as one, is not 0: places in row-major order, as i64. NaN is not 0. Waits for the number
/// of places. Reads `x` and then a byte per element twice.
Array flatnonzero(const Expr& x);
/// Where `x` is not 0: for each axis the indices along it, as i64, in row-major order. Waits as `flatnonzero`. Throws
/// `bad_shape` for an array without axes.
std::vector<Array> nonzero(const Expr& x);
/// The elements of `x` where `mask` is not 0, in row-major order: NumPy's `x[mask]`. Waits for their number. Throws
/// `bad_shape` unless both have the same shape.
Array compress(const Expr& mask, const Expr& x);

/// What happens to an index that is outside of -length .. length-1.
enum class Outside {
  refuse,  ///< it is an error, with the index and its place; the call waits for that check
  wrap,    ///< it is taken modulo the length
  clip,    ///< it becomes the nearest valid one; negative ones become 0
};

/// The elements of `x` at `indices` along `axis`, or without an axis of all elements in row-major order. The shape is
/// that of `x` with the axis replaced by the shape of `indices`. Negative indices count from the end. Throws `bad_type`
/// unless the indices are integers, `bad_shape` for an axis that is not there, `bad_argument` for an index outside, and
/// for any index into nothing.
Array take(const Expr& x, const Expr& indices, std::optional<int> axis = {}, Outside outside = Outside::refuse);

/// Writes `values`, stretched to the shape of `indices`, to the elements of `target` at `indices`, counted in row-major
/// order: `target.flat[indices] = values`. Of equal indices the last one counts. Negative ones count from the end.
/// Waits for the check of the indices. Throws `bad_type` and `bad_argument` as `take`, and `bad_type` where NumPy's
/// same-kind rule forbids the conversion; nothing is written then. At most 2^32 - 2 indices.
void put(const Array& target, const Expr& indices, const Expr& values);
/// Adds instead of writing; every one of equal indices counts. Integers wrap. Of floats, the values of one index are
/// summed by the unit tree in the order in which they stand, and that sum is added to the element: the bits depend on
/// nothing else. Floats are sorted by index first. Otherwise as `put`; bools are refused with `bad_type`.
void scatter_add(const Array& target, const Expr& indices, const Expr& values);

}  // namespace lockstep
