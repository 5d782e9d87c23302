#pragma once

// The parts of the table of cases, each in a source of its name.

#include <vector>

#include "case.hpp"

namespace lockstep::bench {

/// A row for each reduction over whole arrays, and one along each axis.
std::vector<Case> fold_cases();
/// A row for each mathematical function. Right is what the C library gives in long double, within 2 units in the last
/// place: one for the engine's bound (docs/accuracy.md), one for the rounding of both.
std::vector<Case> function_cases();
/// Rows that compute much for each element, in one pass: two functions, an option's price, random points.
std::vector<Case> fused_cases();
/// Random numbers: every element by its place.
std::vector<Case> random_cases();
/// Rows whose elements depend on each other or on their places: running values, sorting, gather and scatter, segments.
std::vector<Case> order_cases();
/// Forces of all pairs of particles, as expressions.
std::vector<Case> pair_cases();
/// Copies between host and device, from and to ordinary memory and pinned arrays.
std::vector<Case> transfer_cases();
/// The rows that are not an expression over arrays: the cost of a call, of an expression, and orbit.
std::vector<Case> special_cases();

}  // namespace lockstep::bench
