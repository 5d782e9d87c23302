#pragma once

#include <sstream>

#include "support.hpp"

namespace lockstep::test {

template <Element T>
std::uint64_t to_bits(T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}
template <Element T>
T from_bits(std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

/// Elements of any type on the host: their bits, in the low bytes. What the tests of all types compute and compare.
struct Cells {
  DType type = DType::f32;
  std::vector<std::uint64_t> bits;

  std::size_t size() const { return bits.size(); }
};

template <Element T>
Cells cells(const std::vector<T>& values) {
  Cells out{dtype_of<T>, {}};
  for (const T value : values) out.bits.push_back(to_bits(value));
  return out;
}

/// The elements of an array in row-major order.
inline Cells cells(const Array& array) {
  std::vector<std::byte> bytes(array.bytes());
  array.read_bytes(bytes.data());
  Cells out{array.dtype(), std::vector<std::uint64_t>(array.size())};
  const std::size_t width = size_of(array.dtype());
  for (std::size_t i = 0; i < out.size(); ++i) std::memcpy(&out.bits[i], bytes.data() + i * width, width);
  return out;
}

inline Array upload(const Device& device, const Cells& values, const Shape& shape) {
  const std::size_t width = size_of(values.type);
  std::vector<std::byte> bytes(values.size() * width);
  for (std::size_t i = 0; i < values.size(); ++i) std::memcpy(bytes.data() + i * width, &values.bits[i], width);
  return device.array_from_bytes(bytes.data(), values.size(), values.type, shape);
}
inline Array upload(const Device& device, const Cells& values) { return upload(device, values, Shape{values.size()}); }

inline Cells awkward_cells(DType type, std::size_t n, std::uint64_t seed) {
  if (type == DType::boolean) {
    Cells out = cells(awkward_values<std::uint8_t>(n, seed));
    out.type = type;
    for (std::uint64_t& bits : out.bits) bits &= 1;
    return out;
  }
  return visit(type, [&]<Element T>() {
    if constexpr (std::same_as<T, bool>) {
      return Cells{};
    } else {
      return cells(awkward_values<T>(n, seed));
    }
  });
}

inline bool same_cell(DType type, std::uint64_t a, std::uint64_t b) {
  return visit(type, [&]<Element T>() { return same_bits(from_bits<T>(a), from_bits<T>(b)); });
}

inline std::string show(DType type, std::uint64_t bits) {
  return visit(type, [&]<Element T>() {
    std::ostringstream out;
    out.precision(std::numeric_limits<T>::max_digits10);
    out << +from_bits<T>(bits) << " (0x" << std::hex << bits << ")";
    return out.str();
  });
}

/// "" if type, number and bits are the same (any NaN is as good as another), else the first difference in words.
inline std::string difference(const Cells& got, const Cells& expected) {
  if (got.type != expected.type)
    return "type " + std::string(to_string(got.type)) + ", expected " + std::string(to_string(expected.type));
  if (got.size() != expected.size())
    return std::to_string(got.size()) + " elements, expected " + std::to_string(expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!same_cell(got.type, got.bits[i], expected.bits[i]))
      return "at " + std::to_string(i) + " got " + show(got.type, got.bits[i]) + ", expected " +
             show(got.type, expected.bits[i]);
  return {};
}
inline std::string difference(const Array& got, const Cells& expected) { return difference(cells(got), expected); }
inline std::string difference(const Array& got, const Array& expected) {
  if (got.shape() != expected.shape())
    return "shape " + to_string(got.shape()) + ", expected " + to_string(expected.shape());
  return difference(cells(got), cells(expected));
}

}  // namespace lockstep::test
