#pragma once

// What the folds of the table must give, from the definitions (docs/same-bits.md) and without the engine.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

namespace lockstep::bench::reference {

/// One unit of the unit tree: 8 rows of 128 lanes; missing elements count as `missing`.
template <std::floating_point T, class Op>
T unit_fold(std::span<const T> unit, T missing, Op op) {
  std::array<T, 128> lanes;
  lanes.fill(missing);
  std::copy_n(unit.begin(), std::min<std::size_t>(128, unit.size()), lanes.begin());
  for (std::size_t i = 128; i < unit.size(); ++i) lanes[i % 128] = op(lanes[i % 128], unit[i]);
  for (std::size_t width = 64; width > 0; width /= 2)
    for (std::size_t lane = 0; lane < width; ++lane) lanes[lane] = op(lanes[lane], lanes[lane + width]);
  return lanes[0];
}

/// The units in a perfect binary tree; one without a partner goes up as it is. The fold of nothing is `nothing`.
template <std::floating_point T, class Op>
T tree_fold(std::span<const T> x, T missing, T nothing, Op op) {
  std::vector<T> nodes;
  for (std::size_t i = 0; i < x.size(); i += 1024)
    nodes.push_back(unit_fold(x.subspan(i, std::min<std::size_t>(1024, x.size() - i)), missing, op));
  while (nodes.size() > 1) {
    const std::size_t pairs = nodes.size() / 2;
    const bool odd = nodes.size() % 2 != 0;
    const T last = nodes.back();
    for (std::size_t i = 0; i < pairs; ++i) nodes[i] = op(nodes[2 * i], nodes[2 * i + 1]);
    if (odd) nodes[pairs] = last;
    nodes.resize(pairs + odd);
  }
  return nodes.empty() ? nothing : nodes[0];
}

/// The sum in the order of the unit tree; of integers, in any.
template <class T>
T sum(std::span<const T> x) {
  if constexpr (std::integral<T>) {
    std::uint64_t total = 0;
    for (const T v : x) total += static_cast<std::uint64_t>(v);
    return static_cast<T>(total);
  } else {
    return tree_fold(x, T(-0.0), T(0), [](T a, T b) { return a + b; });
  }
}

template <std::floating_point T>
T prod(std::span<const T> x) {
  return tree_fold(x, T(1), T(1), [](T a, T b) { return a * b; });
}

template <class T>
T min(std::span<const T> x) {
  return *std::min_element(x.begin(), x.end());
}
template <class T>
T max(std::span<const T> x) {
  return *std::max_element(x.begin(), x.end());
}
template <class T>
std::int64_t argmax(std::span<const T> x) {
  return std::max_element(x.begin(), x.end()) - x.begin();
}
template <class T>
std::int64_t argmin(std::span<const T> x) {
  return std::min_element(x.begin(), x.end()) - x.begin();
}
template <class T>
bool all(std::span<const T> x) {
  return std::all_of(x.begin(), x.end(), [](T v) { return v != T(0); });
}
template <class T>
bool any(std::span<const T> x) {
  return std::any_of(x.begin(), x.end(), [](T v) { return v != T(0); });
}
template <class T>
std::int64_t count(std::span<const T> x) {
  return std::count_if(x.begin(), x.end(), [](T v) { return v != T(0); });
}

}  // namespace lockstep::bench::reference
