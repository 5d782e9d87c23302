#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace lockstep::test {

/// The unit tree, version 1, element by element as its specification says (docs/same-bits.md): the reference for sums
/// and products. Shares no code with the engine.
///
/// 1024 elements are 8 rows of 128 lanes; a lane adds its rows in order; lanes meet by halving; units meet pairwise,
/// one without a partner passes through. `missing` stands for the elements that the last unit lacks.
template <class T, class Combine>
T unit_tree(std::span<const T> x, T missing, Combine combine) {
  const auto element = [&](std::size_t i) { return i < x.size() ? x[i] : missing; };
  std::vector<T> level;
  for (std::size_t unit = 0; unit < x.size(); unit += 1024) {
    std::array<T, 128> lane;
    for (std::size_t l = 0; l < 128; ++l) {
      lane[l] = element(unit + l);
      for (std::size_t row = 1; row < 8; ++row) lane[l] = combine(lane[l], element(unit + l + 128 * row));
    }
    for (std::size_t half = 64; half > 0; half /= 2)
      for (std::size_t l = 0; l < half; ++l) lane[l] = combine(lane[l], lane[l + half]);
    level.push_back(lane[0]);
  }
  while (level.size() > 1) {
    std::vector<T> next;
    for (std::size_t i = 0; i < level.size(); i += 2)
      next.push_back(i + 1 < level.size() ? combine(level[i], level[i + 1]) : level[i]);
    level = next;
  }
  return level.front();
}

/// The empty sum is +0, though missing elements count as -0.
template <class T>
T tree_sum(std::span<const T> x) {
  return x.empty() ? T(0) : unit_tree<T>(x, T(-0.0), [](T a, T b) { return a + b; });
}
template <class T>
T tree_prod(std::span<const T> x) {
  return x.empty() ? T(1) : unit_tree<T>(x, T(1), [](T a, T b) { return a * b; });
}

}  // namespace lockstep::test
