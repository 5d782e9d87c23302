#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <tuple>
#include <vector>

#include "lockstep/array.hpp"

namespace lockstep::bench {

/// The element types of a case, as C++ types and as values.
template <class... T>
struct Types {
  static std::vector<DType> list() { return {dtype_of<T>...}; }

  /// Calls `f.template operator()<U>()` with the one that `type` names.
  template <class F>
  static auto call(DType type, F&& f) {
    using First = std::tuple_element_t<0, std::tuple<T...>>;
    decltype(f.template operator()<First>()) result{};
    ((type == dtype_of<T> ? void(result = f.template operator()<T>()) : void()), ...);
    return result;
  }
};
using Floats = Types<float, double>;
using Numbers = Types<float, double, std::int32_t, std::int64_t>;
using Wide = Types<float, double, std::int64_t>;

template <class T>
std::vector<std::byte> bytes_of(std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

inline std::vector<std::byte> read_back(const Array& array) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(array.bytes()));
  if (!bytes.empty()) array.read_bytes(bytes.data());
  return bytes;
}

/// Fills an array with a pattern that no case computes, so that a kernel that does nothing is found out.
inline void spoil(const Array& array) {
  const std::vector<std::byte> pattern(static_cast<std::size_t>(array.bytes()), std::byte{0xA5});
  array.write_bytes(pattern.data());
}

}  // namespace lockstep::bench
