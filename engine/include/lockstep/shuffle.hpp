#pragma once

#include <optional>

#include "lockstep/evaluate.hpp"

namespace lockstep {

/// The numbers 0 .. n-1 in a random order, as i64: a function of `seed`, `stream` and `n` alone, the same on every
/// device. Number i has 64 bits of the stream as its key (`random_bits` of index i and draw 65535, which no other
/// function takes by itself); the permutation is the stable order of the keys. All orders are equally likely but for
/// equal keys, of which there is one in n*n / 2^65 permutations. Throws `bad_shape` from 2^32 on. The cost of an
/// `argsort` of u64.
Array permutation(const Device& device, std::uint64_t n, const Expr& seed, const Expr& stream = 0);

/// `x` with its rows along `axis` in the order of `permutation`; without an axis all elements, as one axis. Rows stay
/// whole, as in NumPy's `Generator.permutation`.
Array shuffle(const Expr& x, const Expr& seed, const Expr& stream = 0, std::optional<int> axis = 0);

}  // namespace lockstep
