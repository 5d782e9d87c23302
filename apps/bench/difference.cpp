#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "case.hpp"

namespace lockstep::bench {
namespace {

template <class T>
T element(std::span<const std::byte> bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

/// How far two floats lie from each other among all floats of their type.
template <std::floating_point T>
long double places_apart(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  const auto place = [](T v) {
    const Bits bits = std::bit_cast<Bits>(v);
    return static_cast<long double>(bits < 0 ? std::numeric_limits<Bits>::min() - bits : bits);
  };
  return std::abs(place(a) - place(b));
}

template <class T>
std::string first_difference(std::span<const std::byte> got, std::span<const std::byte> expected, int ulps) {
  for (std::size_t i = 0; i < got.size() / sizeof(T); ++i) {
    const std::size_t at = i * sizeof(T);
    if (std::memcmp(got.data() + at, expected.data() + at, sizeof(T)) == 0) continue;
    if constexpr (std::same_as<T, bool>) {
      return fmt::format("element {}: got byte {}, expected {}", i, int(got[at]), int(expected[at]));
    } else {
      const T a = element<T>(got, i), b = element<T>(expected, i);
      if (a != a && b != b) continue;
      if constexpr (std::floating_point<T>)
        if (ulps > 0 && places_apart(a, b) <= ulps) continue;
      return fmt::format("element {}: got {}, expected {}", i, a, b);
    }
  }
  return {};
}

}  // namespace

std::string difference(std::span<const std::byte> got, std::span<const std::byte> expected, DType type, int ulps) {
  if (got.size() != expected.size()) return fmt::format("got {} bytes, expected {}", got.size(), expected.size());
  if (got.empty() || std::memcmp(got.data(), expected.data(), got.size()) == 0) return {};
  return visit(type, [&]<class T>() { return first_difference<T>(got, expected, ulps); });
}

}  // namespace lockstep::bench
