#pragma once

#include "lockstep/evaluate.hpp"

namespace lockstep {

/// Folds runs of neighbours of `x`, with all its axes as one: element s of the result is
/// `reduce(reduction, x[offsets[s] : offsets[s+1]])`, in its bits. `offsets` are integers that ascend from at least 0
/// to at most the size of `x`; a segment may be empty and gives the value of nothing: 0, 1, and for min and max the
/// largest and the smallest value of the type (infinities for floats). `reduction` is sum, prod, min or max; integers
/// and bools are summed and multiplied as i64 or u64. Waits for the check of the offsets. Throws `bad_argument` for
/// offsets that do not ascend or lie outside, and for another reduction; `bad_type` unless they are integers;
/// `bad_shape` unless they are one axis of at least one.
Array segment_reduce(Reduction reduction, const Expr& x, const Expr& offsets);

/// Keys in order, and the reduction of the values of each.
struct SegmentsByKey {
  Array keys;
  Array values;
};
/// Folds the values of each key in the order in which they stand. All NaNs are one key, the last; -0 is +0. Waits for
/// the number of keys. A stable sort and a `segment_reduce`. Throws `bad_shape` unless keys and values have the same
/// shape.
SegmentsByKey reduce_by_key(Reduction reduction, const Expr& keys, const Expr& values);

}  // namespace lockstep
