#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace lockstep {

// The unit tree (docs/same-bits.md) for the CPU sources of kernels, one thread alone.

inline constexpr std::uint64_t kTreeRow = 128, kTreeUnit = 1024;

/// The node of a unit of `count` elements, which is less than 1024 at the end: `read(x[i])` are joined by `join`.
/// The compiler makes vectors of the lanes.
template <class T, class Read, class Join>
T unit_node(const T* x, std::uint64_t count, const Read& read, const Join& join) {
  T lanes[kTreeRow];
  const std::uint64_t width = std::min(count, kTreeRow);
  for (std::uint64_t l = 0; l < width; ++l) lanes[l] = read(x[l]);
  for (std::uint64_t r = kTreeRow; r < count; r += kTreeRow) {
    const std::uint64_t here = std::min(kTreeRow, count - r);
    for (std::uint64_t l = 0; l < here; ++l) lanes[l] = join(lanes[l], read(x[r + l]));
  }
  // Halving from 64 lanes on does nothing before it reaches a lane that is there.
  for (std::uint64_t reach = std::bit_ceil(width) / 2; reach > 0; reach /= 2)
    for (std::uint64_t l = 0; l < reach && l + reach < width; ++l) lanes[l] = join(lanes[l], lanes[l + reach]);
  return lanes[0];
}

/// The sum of `count` elements, at least one.
template <class T>
T tree_sum(const T* x, std::uint64_t count) {
  const auto unit = [](const T* from, std::uint64_t n) {
    return unit_node(
        from, n, [](T v) { return v; }, [](T a, T b) { return a + b; });
  };
  if (count <= kTreeUnit) return unit(x, count);
  // nodes[l] is the node of 2^l units that waits for its right neighbour, where bit l of the number of units is set.
  std::array<T, 64> nodes;
  std::uint64_t units = 0;
  for (std::uint64_t at = 0; at < count; at += kTreeUnit, ++units) {
    T node = unit(x + at, std::min(kTreeUnit, count - at));
    int level = 0;
    for (; units >> level & 1; ++level) node = nodes[static_cast<std::size_t>(level)] + node;
    nodes[static_cast<std::size_t>(level)] = node;
  }
  int level = std::countr_zero(units);
  T sum = nodes[static_cast<std::size_t>(level)];
  while (++level < 64 && units >> level)
    if (units >> level & 1) sum = nodes[static_cast<std::size_t>(level)] + sum;
  return sum;
}

}  // namespace lockstep
