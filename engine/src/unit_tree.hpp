#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace lockstep {

/// The sum of `x` in the order of the unit tree (docs/same-bits.md), written for clarity: what devices are compared
/// with.
template <class T>
T unit_tree_sum(std::span<const T> x) {
  constexpr std::size_t kLanes = 128;
  constexpr std::size_t kUnit = 1024;
  if (x.empty()) return T{0};
  std::vector<T> nodes;
  for (std::size_t unit = 0; unit < x.size(); unit += kUnit) {
    std::array<T, kLanes> lanes;
    lanes.fill(-T{0});
    for (std::size_t i = unit; i < std::min(unit + kUnit, x.size()); ++i) {
      T& lane = lanes[i % kLanes];
      lane = i < unit + kLanes ? x[i] : lane + x[i];
    }
    for (std::size_t half = kLanes / 2; half > 0; half /= 2)
      for (std::size_t l = 0; l < half; ++l) lanes[l] += lanes[l + half];
    nodes.push_back(lanes[0]);
  }
  while (nodes.size() > 1) {
    for (std::size_t i = 0; 2 * i < nodes.size(); ++i)
      nodes[i] = 2 * i + 1 < nodes.size() ? nodes[2 * i] + nodes[2 * i + 1] : nodes[2 * i];
    nodes.resize((nodes.size() + 1) / 2);
  }
  return nodes[0];
}

}  // namespace lockstep
