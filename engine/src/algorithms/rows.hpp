#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "lockstep/evaluate.hpp"

namespace lockstep::algorithms {

/// Both as arrays, on the device of an array that is in one of them. Throws `bad_argument` if there is none,
/// `wrong_device` if they have arrays of two.
std::pair<Array, Array> arrays_of(const Expr& a, const Expr& b);

/// The elements of `x` in row-major order at the beginning of their memory: what hand-written kernels take. A copy
/// unless `x` is an array that lies so.
Array dense(const Expr& x);
/// `x` in another type, or `x` itself if it has that type.
Expr as_type(const Expr& x, DType type);
/// The same elements as another type of the same width.
Array reinterpret(const Array& x, DType type);

/// An array with the axis of an algorithm turned to the end, dense: `rows` rows of `length` elements.
struct Rows {
  Array x;
  std::uint64_t rows = 0;
  std::uint64_t length = 0;
  std::vector<int> back;  ///< the order of axes that turns the axis back to its place; empty if it is the last

  /// `out`, which has the rows' elements in their order, with the axes where they were.
  Array restore(const Array& out) const;
};

/// Without an axis, one row of all elements.
Rows rows_along(const Expr& x, std::optional<int> axis);

/// Launches a kernel of the engine's own on `tiles` tiles, of 256 elements each: none does nothing.
void launch_tiles(const Device& device, const NativeKernel& kernel, std::initializer_list<Argument> arguments,
                  std::uint64_t tiles);

/// Launches a kernel of the engine's own on n elements.
void launch_elements(const Device& device, const NativeKernel& kernel, std::initializer_list<Argument> arguments,
                     std::uint64_t n);

/// A whole number as an argument.
constexpr std::int64_t whole(auto value) { return static_cast<std::int64_t>(value); }

}  // namespace lockstep::algorithms
