#pragma once

// What the folds of the table must give, from the definitions (docs/same-bits.md) and without the engine.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lockstep::bench::reference {

/// One unit of the unit tree: 8 rows of 128 lanes; missing elements count as `missing`. A node is an element, or may be
/// one.
template <class T, class Node, class Op>
Node unit_fold(std::span<const T> unit, Node missing, Op op) {
  std::array<Node, 128> lanes;
  lanes.fill(missing);
  std::copy_n(unit.begin(), std::min<std::size_t>(128, unit.size()), lanes.begin());
  for (std::size_t i = 128; i < unit.size(); ++i) lanes[i % 128] = op(lanes[i % 128], Node(unit[i]));
  for (std::size_t width = 64; width > 0; width /= 2)
    for (std::size_t lane = 0; lane < width; ++lane) lanes[lane] = op(lanes[lane], lanes[lane + width]);
  return lanes[0];
}

/// The units in a perfect binary tree; one without a partner goes up as it is. The fold of nothing is `nothing`.
template <class T, class Node, class Op>
Node tree_fold(std::span<const T> x, Node missing, Node nothing, Op op) {
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < x.size(); i += 1024)
    nodes.push_back(unit_fold(x.subspan(i, std::min<std::size_t>(1024, x.size() - i)), missing, op));
  while (nodes.size() > 1) {
    const std::size_t pairs = nodes.size() / 2;
    const bool odd = nodes.size() % 2 != 0;
    const Node last = nodes.back();
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

/// A fold of the caller's own: where the tree lacks a neighbour the value passes through. Not of nothing.
template <class T, class Op>
T combined(std::span<const T> x, Op op) {
  using Node = std::optional<T>;
  return *tree_fold(x, Node(), Node(T()), [op](const Node& a, const Node& b) -> Node {
    return a && b ? Node(op(*a, *b)) : a ? a : b;
  });
}

/// The sum of each prefix, each in the order of the unit tree: whole units as nodes of a binary counter, then the rest.
template <std::floating_point T>
std::vector<T> running_sum(std::span<const T> x) {
  const auto add = [](T a, T b) { return a + b; };
  std::vector<T> sums, nodes;  // nodes: of 2^k units each, from the largest
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t units = i / 1024;
    if (i % 1024 == 0 && units > 0) {
      nodes.push_back(unit_fold(x.subspan(i - 1024, 1024), T(-0.0), add));
      for (std::size_t full = units; full % 2 == 0; full /= 2) {
        const T right = nodes.back();
        nodes.pop_back();
        nodes.back() = nodes.back() + right;
      }
    }
    T total = unit_fold(x.subspan(units * 1024, i % 1024 + 1), T(-0.0), add);
    for (std::size_t k = nodes.size(); k > 0; --k) total = nodes[k - 1] + total;
    sums.push_back(total);
  }
  return sums;
}

/// The mean square distance from the mean.
template <std::floating_point T>
T var(std::span<const T> x) {
  const T n = static_cast<T>(x.size()), mean = sum(x) / n;
  std::vector<T> squares;
  for (const T v : x) squares.push_back((v - mean) * (v - mean));
  return sum(std::span<const T>(squares)) / n;
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
