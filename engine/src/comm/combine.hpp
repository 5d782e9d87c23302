#pragma once

#include <cstdint>

#include "lockstep/comm/rank_op.hpp"
#include "lockstep/dtype.hpp"

namespace lockstep {

/// left[i] = left[i] op right[i] for `count` elements.
using CombineElements = void (*)(void* left, const void* right, std::uint64_t count);

/// For numbers. Throws `bad_type` for bits of floats, `bad_argument` for minloc and maxloc.
CombineElements combine_numbers(RankOp op, DType type);
/// For values with places. Throws `bad_argument` for all but minloc and maxloc.
CombineElements combine_placed(RankOp op, DType type);
/// Turns the result of a logical operation into 0 and 1, where a single rank has combined nothing.
void normalize_logical(RankOp op, DType type, void* values, std::uint64_t count);

/// `ranks` arrays of `bytes` bytes, one after another, become one, the first, in the order of the binary tree.
void combine_tree(CombineElements combine, void* arrays, std::uint64_t ranks, std::uint64_t count, std::uint64_t bytes);

}  // namespace lockstep
