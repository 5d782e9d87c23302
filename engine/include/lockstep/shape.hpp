#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace lockstep {

/// The most axes that an array has.
inline constexpr int kMaxRank = 8;

/// The extents of an array, outermost axis first (row-major). Rank 0 is a single element.
class Shape {
 public:
  Shape() = default;
  /// Throws `bad_shape` for more than 8 axes or if the number of elements does not fit in 63 bits.
  Shape(std::initializer_list<std::uint64_t> extents);
  explicit Shape(std::span<const std::uint64_t> extents);

  int rank() const noexcept { return rank_; }
  /// The product of the extents; 1 for rank 0.
  std::uint64_t size() const noexcept { return size_; }
  std::uint64_t operator[](int axis) const noexcept { return extents_[static_cast<std::size_t>(axis)]; }
  std::span<const std::uint64_t> extents() const noexcept { return {extents_.data(), static_cast<std::size_t>(rank_)}; }

  bool operator==(const Shape&) const = default;

 private:
  std::array<std::uint64_t, kMaxRank> extents_{};
  int rank_ = 0;
  std::uint64_t size_ = 1;
};

/// Steps in elements from one index to the next along each axis; may be negative, 0 repeats.
using Strides = std::array<std::int64_t, kMaxRank>;

/// The strides of a dense row-major array.
Strides row_major(const Shape& shape) noexcept;

/// "(3, 4)", "(5,)", "()": as NumPy prints it.
std::string to_string(const Shape& shape);

/// The shape in which two shapes meet under NumPy's rule: aligned at the last axis, 1 stretches.
/// Throws `bad_shape` if they do not.
Shape broadcast(const Shape& a, const Shape& b);

/// `axis` counted from the front: -1 is the last. Throws `bad_shape` if it is outside `-rank .. rank-1`.
int normalize_axis(int axis, int rank);

/// Part of one axis, as Python's `start:stop:step`. What is left out runs to the end it comes from.
struct Slice {
  static constexpr std::int64_t kOpen = INT64_MIN;
  std::int64_t start = kOpen;
  std::int64_t stop = kOpen;
  std::int64_t step = 1;
};

}  // namespace lockstep
