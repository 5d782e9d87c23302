#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "lockstep/lockstep.hpp"

namespace lockstep::test {

/// The device under test: LOCKSTEP_TEST_DEVICE, or "cpu". It never falls back: a device that is not there throws.
inline Device device() {
  const char* name = std::getenv("LOCKSTEP_TEST_DEVICE");
  return Engine().open(name && *name ? name : "cpu");
}

/// True if the values have the same bits; any two NaNs count as the same.
template <class T>
bool same_bits(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return a != a && b != b;
  }
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// The first place at which two ranges differ in bits or length; nothing if they are the same.
template <class T>
std::optional<std::size_t> first_difference(std::span<const T> a, std::span<const T> b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (!same_bits(a[i], b[i])) return i;
  if (a.size() != b.size()) return std::min(a.size(), b.size());
  return std::nullopt;
}
template <class T>
std::optional<std::size_t> first_difference(const std::vector<T>& a, const std::vector<T>& b) {
  return first_difference(std::span<const T>(a), std::span<const T>(b));
}

/// Random values of a type, one in four of them special: zeros of both signs, infinities, NaN, subnormals, ends of the range.
template <class T>
std::vector<T> awkward_values(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<T> values(n);
  for (T& v : values) {
    const std::uint64_t r = random();
    const std::uint64_t kind = random() % 16;
    if constexpr (std::is_floating_point_v<T>) {
      using L = std::numeric_limits<T>;
      const T specials[] = {T(0), T(-0.0), L::infinity(), -L::infinity(), L::quiet_NaN(), L::denorm_min(),
                            -L::denorm_min(), L::min(), L::max(), -L::max(), T(1), T(-1), T(0.5), T(1.5), T(2.5), L::epsilon()};
      if (kind < 4) {
        v = specials[r % std::size(specials)];
      } else if (kind < 6) {  // any bits at all
        std::memcpy(&v, &r, sizeof(T));
      } else {
        v = static_cast<T>(std::ldexp(static_cast<double>(static_cast<std::int64_t>(r)), -60));
      }
    } else if constexpr (std::is_same_v<T, bool>) {
      v = r & 1;
    } else {
      using L = std::numeric_limits<T>;
      const T specials[] = {T(0), T(1), static_cast<T>(-1), L::min(), L::max(), static_cast<T>(L::max() - 1), T(2), T(7)};
      if (kind < 4) {
        v = specials[r % std::size(specials)];
      } else if (kind < 8) {
        v = static_cast<T>(static_cast<std::int64_t>(r % 41) - (std::is_signed_v<T> ? 20 : 0));
      } else {
        std::memcpy(&v, &r, sizeof(T));
      }
    }
  }
  return values;
}

}  // namespace lockstep::test
