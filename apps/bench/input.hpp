#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lockstep/dtype.hpp"

namespace lockstep::bench {

/// Element `i` of input array number `slot`: floats uniform in [0.5, 1.5) with all their bits in use, so that no
/// operation meets a special value; integers in [-512, 512), so that products do not overflow.
template <class T>
T input_value(std::uint64_t slot, std::uint64_t i) {
  // The finaliser of SplitMix64. Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators",
  // OOPSLA 2014.
  std::uint64_t h = (i + 1) * 0x9E3779B97F4A7C15u + slot * 0xD1B54A32D192ED03u;
  h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9u;
  h = (h ^ h >> 27) * 0x94D049BB133111EBu;
  h ^= h >> 31;
  if constexpr (std::same_as<T, float>)
    return static_cast<float>(h >> 41) * 0x1p-23f + 0.5f;
  else if constexpr (std::same_as<T, double>)
    return static_cast<double>(h >> 12) * 0x1p-52 + 0.5;
  else
    return static_cast<T>(static_cast<int>(h >> 54) - 512);
}

template <class T>
std::vector<T> input_values(std::uint64_t slot, std::uint64_t n) {
  std::vector<T> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = input_value<T>(slot, i);
  return values;
}

}  // namespace lockstep::bench
