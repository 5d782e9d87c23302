#include <fmt/format.h>

#include <cstring>

#include "case.hpp"

namespace lockstep::bench {
namespace {

template <class T>
T element(std::span<const std::byte> bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

template <class T>
std::string first_difference(std::span<const std::byte> got, std::span<const std::byte> expected) {
  for (std::size_t i = 0; i < got.size() / sizeof(T); ++i) {
    const std::size_t at = i * sizeof(T);
    if (std::memcmp(got.data() + at, expected.data() + at, sizeof(T)) == 0) continue;
    if constexpr (std::same_as<T, bool>) {
      return fmt::format("element {}: got byte {}, expected {}", i, int(got[at]), int(expected[at]));
    } else {
      const T a = element<T>(got, i), b = element<T>(expected, i);
      if (a != a && b != b) continue;
      return fmt::format("element {}: got {}, expected {}", i, a, b);
    }
  }
  return {};
}

}  // namespace

std::string difference(std::span<const std::byte> got, std::span<const std::byte> expected, DType type) {
  if (got.size() != expected.size()) return fmt::format("got {} bytes, expected {}", got.size(), expected.size());
  if (got.empty() || std::memcmp(got.data(), expected.data(), got.size()) == 0) return {};
  return visit(type, [&]<class T>() { return first_difference<T>(got, expected); });
}

}  // namespace lockstep::bench
