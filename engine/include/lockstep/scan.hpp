#pragma once

#include <optional>

#include "lockstep/evaluate.hpp"

namespace lockstep {

/// Whether a running value takes in the element at its own place.
enum class Prefix {
  inclusive,  ///< element i is made of elements 0 .. i
  exclusive,  ///< element i is made of elements 0 .. i-1; the first is the value of nothing
};

// Running reductions along `axis`, which a negative number counts from the last; without one, over all elements in
// row-major order, as one axis. Each element has exactly the bits that the reduction of that prefix has:
// `cumsum(x)[i] == sum(x[:i+1])`, on every device (docs/same-bits.md). The result is a new row-major array.
// Queued, does not block. Needs memory for the result and two values for each 1024 elements. Throws `bad_shape` for an
// axis that is not there, `bad_argument` if no array says on which device to work.

/// Running sum. Integers and bools as i64 or u64, wrapping; the sum of nothing is 0. Reads `x` twice.
Array cumsum(const Expr& x, std::optional<int> axis = {}, Prefix prefix = Prefix::inclusive);
/// Running product. Integers and bools as i64 or u64, wrapping; the product of nothing is 1.
Array cumprod(const Expr& x, std::optional<int> axis = {}, Prefix prefix = Prefix::inclusive);
/// The smallest element so far; NaN from the first NaN on; -0 is below +0. The minimum of nothing is the largest value
/// of the type, infinity for floats.
Array cummin(const Expr& x, std::optional<int> axis = {}, Prefix prefix = Prefix::inclusive);
/// The largest element so far; NaN from the first NaN on; -0 is below +0. The maximum of nothing is the smallest value
/// of the type, minus infinity for floats.
Array cummax(const Expr& x, std::optional<int> axis = {}, Prefix prefix = Prefix::inclusive);

}  // namespace lockstep
