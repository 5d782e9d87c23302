#pragma once

#include <optional>

#include "lockstep/evaluate.hpp"

namespace lockstep {

/// How often each of 0, 1, .. occurs in `x`, as i64, up to the largest element but at least for `length` numbers. Waits
/// for the range. Throws `bad_type` unless `x` holds integers, `bad_argument` for a negative element.
Array bincount(const Expr& x, std::uint64_t length = 0);

/// Counts, as i64, and the edges between the bins, as f64.
struct Histogram {
  Array counts;
  Array edges;
};
/// How many elements lie in each of `bins` equal bins between `low` and `high`. Bin i holds edges[i] <= x < edges[i+1],
/// the last one `high` too; other elements and NaN are not counted. Edges and comparisons are those of NumPy, in f64.
/// Does not wait. Throws `bad_argument` unless there are bins and low < high are finite, `unsupported` on a device
/// without f64.
Histogram histogram(const Expr& x, std::uint64_t bins, double low, double high);
/// Between the smallest and the largest element: waits for them. If they are equal, between 0.5 below and 0.5 above; of
/// nothing, between 0 and 1. Throws `bad_argument` if they are not finite.
Histogram histogram(const Expr& x, std::uint64_t bins = 10);

/// Different elements, and how often each occurs.
struct Unique {
  Array values;
  Array counts;  ///< i64
};
/// The different elements in order, all NaNs as one, last; of -0 and +0 the one that stands first. Waits for their
/// number. A sort and two passes.
Unique unique(const Expr& x);

}  // namespace lockstep
