#pragma once

#include "lockstep/expr.hpp"

namespace lockstep {

/// Where an expression's random numbers come from. A number is a function of these alone: the same on every device, for
/// any chunk of the elements that is evaluated at a time, and whatever else was drawn. Expressions, so that each may
/// differ from element to element; of `seed` and `stream` the low 32 bits count, of `step` the low 48.
struct RandomSource {
  Expr seed;
  Expr stream = 0;          ///< streams of one seed are independent of each other
  Expr index = position();  ///< the number's place in the stream; of a chunk that begins at `k`, `position() + k`
  Expr step = 0;            ///< a second place, for numbers that are drawn again at each step of a run
};

/// 64 random bits as u64: the first half of the Philox4x32-10 block with the counter and key of `RandomStream::block`
/// (lockstep/random.hpp). `draw`, below 2^16, is a third place; the functions below that take one use that block alone.
/// Throws `bad_type` for floats in the source, `bad_argument` for a `draw` or literal seed out of range.
Expr random_bits(const RandomSource& source, int draw = 0);

/// Uniform in (0, 1), never an end: 23 bits for f32, 52 for f64, in the middle of their interval. Throws `bad_type` for
/// integer types.
Expr random_uniform(const RandomSource& source, DType type = DType::f64, int draw = 0);

/// Whole numbers from `low` to `high` - 1 as i64, by multiplying all 128 bits of a block with the size of the range:
/// the probability of each differs from the same by less than one part in 2^64, by nothing where the size is a power of
/// two. An empty range gives `low`; throws `bad_argument` if both ends are numbers and it is empty. Source: the
/// multiplication of D. Lemire, "Fast random integer generation in an interval" (2019), with twice the bits in place of
/// its rejection.
Expr random_integers(const RandomSource& source, const Expr& low, const Expr& high, int draw = 0);

/// Normal with mean 0 and variance 1: sqrt(-2 log u) cos(2 pi v) of the two halves of a block (Box and Muller, 1958).
/// The largest is 5.8 for f32, 8.6 for f64.
Expr random_normal(const RandomSource& source, DType type = DType::f64, int draw = 0);

/// Exponential with mean 1: -log u.
Expr random_exponential(const RandomSource& source, DType type = DType::f64, int draw = 0);

}  // namespace lockstep
