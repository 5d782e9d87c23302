#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lockstep/npy.hpp"

namespace lockstep::app {

/// Two elements of one place that differ.
struct Mismatch {
  std::uint64_t row = 0;   ///< which element of the field, in row-major order
  std::size_t column = 0;  ///< which field
  std::string a, b;        ///< in the shortest form that tells them apart
  /// How many representable values lie from one to the other, counting the second; -0 and 0 are neighbours.
  /// Of integers the difference. Nothing if one of them is NaN.
  std::optional<std::uint64_t> ulps;
};

/// What two arrays or tables of the same layout have in common.
struct Difference {
  std::uint64_t values = 0;       ///< compared in all
  std::uint64_t differing = 0;    ///< of them
  std::uint64_t rows = 0;         ///< with at least one that differs
  std::optional<Mismatch> first;  ///< in the lowest row, there in the first column
  std::optional<Mismatch> worst;  ///< with the most ulps; the first of equals
};

/// Compares bits; any two NaNs are equal. Both must have the same shape, and fields of the same types in the same
/// order.
Difference find_difference(const Npy& a, const Npy& b);

/// Why the two cannot be compared value by value, in one sentence: other shapes, types or columns. Empty if they can.
std::string find_obstacle(const Npy& a, const Npy& b);

/// The rows in the order of the integer column `id`. Throws `bad_argument` if an id occurs twice or is no integer;
/// `name` stands in messages.
Npy sorted_by_id(const Npy& table, const std::string& name);

/// The element as text, in the shortest decimal form that reads back to the same bits.
std::string element_text(const NpyField& field, std::uint64_t row);

}  // namespace lockstep::app
