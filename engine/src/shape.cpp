#include "lockstep/shape.hpp"

#include <algorithm>

#include "require.hpp"

namespace lockstep {

Shape::Shape(std::initializer_list<std::uint64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const std::uint64_t> extents) {
  require(extents.size() <= kMaxRank, Code::bad_shape, "a shape has at most {} axes, got {}", kMaxRank, extents.size());
  rank_ = static_cast<int>(extents.size());
  std::copy(extents.begin(), extents.end(), extents_.begin());
  // Without the zeros, so that (2^40, 2^40, 0) is refused as NumPy does: its strides would not fit.
  std::uint64_t product = 1;
  for (std::uint64_t extent : extents) {
    if (extent == 0) continue;
    require(!__builtin_mul_overflow(product, extent, &product) && product <= std::uint64_t{INT64_MAX}, Code::bad_shape,
            "shape {} has more elements than 63 bits count", *this);
  }
  size_ = std::find(extents.begin(), extents.end(), 0u) == extents.end() ? product : 0;
}

Strides row_major(const Shape& shape) noexcept {
  Strides strides{};
  std::int64_t step = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    strides[static_cast<std::size_t>(d)] = step;
    step *= static_cast<std::int64_t>(std::max<std::uint64_t>(shape[d], 1));
  }
  return strides;
}

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (int d = 0; d < shape.rank(); ++d) text += (d ? ", " : "") + std::to_string(shape[d]);
  return text + (shape.rank() == 1 ? ",)" : ")");
}

Shape broadcast(const Shape& a, const Shape& b) {
  if (a == b) return a;
  const int rank = std::max(a.rank(), b.rank());
  std::array<std::uint64_t, kMaxRank> extents{};
  for (int d = 1; d <= rank; ++d) {
    const std::uint64_t x = d <= a.rank() ? a[a.rank() - d] : 1;
    const std::uint64_t y = d <= b.rank() ? b[b.rank() - d] : 1;
    require(x == y || x == 1 || y == 1, Code::bad_shape,
            "shapes {} and {} do not broadcast: axis {} from the end has {} and {}\n"
            "Extents must be equal, or one of them 1; reshape or transpose one of the two.",
            a, b, d, x, y);
    extents[static_cast<std::size_t>(rank - d)] = x == 1 ? y : x;
  }
  return Shape(std::span(extents.data(), static_cast<std::size_t>(rank)));
}

int normalize_axis(int axis, int rank) {
  require(axis >= -rank && axis < rank, Code::bad_shape, "axis {} is out of range for {} axes", axis, rank);
  return axis < 0 ? axis + rank : axis;
}

}  // namespace lockstep
