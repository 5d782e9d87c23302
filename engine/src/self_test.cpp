// Does a device compute the bits that the engine defines? Milliseconds, at its first use. Every element is compared
// with the same expression of numbers, which the engine folds with its own arithmetic.
#include <bit>
#include <cstring>

#include "device_impl.hpp"
#include "expr_node.hpp"
#include "require.hpp"
#include "unit_tree.hpp"

namespace lockstep {
namespace {

template <class T>
std::vector<T> inputs();

template <>
std::vector<float> inputs() {
  return {
      0.0f,      -0.0f,           1.0f,       -1.5f,      2.5f,   0.1f,        -0.3f,      3.0f,         1e-39f,
      -1e-45f,   1.17549435e-38f, 7.0f,       1e20f,      -3e38f, 16777217.0f, 8388607.5f, 0.7f,         1.1f,
      123456.8f, -0.5f,           1e-20f,     3.4e38f,    5e9f,   -5e9f,       2.1e9f,     9.223372e18f, 1.8446744e19f,
      255.5f,    -128.7f,         1.0000001f, 0.99999994f};
}
template <>
std::vector<double> inputs() {
  std::vector<double> values{5e-324, -1e-310, 2.2250738585072014e-308, 1.7e308, 4503599627370496.5, 9007199254740993.0};
  for (float f : inputs<float>()) values.push_back(static_cast<double>(f) * 1.0000000001);
  return values;
}

struct Case {
  const char* name;
  Expr (*of)(const Expr& x, const Expr& y);
};

constexpr Case kCases[] = {
    {"contraction of x*x + y*y", [](const Expr& x, const Expr& y) { return x * x + y * y; }},
    {"contraction of x*y - x", [](const Expr& x, const Expr& y) { return x * y - x; }},
    {"division", [](const Expr& x, const Expr& y) { return x / y; }},
    {"sqrt", [](const Expr& x, const Expr& y) { return sqrt(abs(x + y)); }},
    {"fma", [](const Expr& x, const Expr& y) { return fma(x, y, x); }},
    {"subnormals", [](const Expr& x, const Expr& y) { return x * literal(1e-30) + y * literal(1e-30); }},
    {"float to i32", [](const Expr& x, const Expr& y) { return cast(x + y, DType::i32); }},
    {"float to i64", [](const Expr& x, const Expr& y) { return cast(x + y, DType::i64); }},
    {"float to u8", [](const Expr& x, const Expr& y) { return cast(x - y, DType::u8); }},
    {"i64 to float", [](const Expr& x, const Expr& y) { return cast(cast(x * y, DType::i64), x.dtype()); }},
    {"rint", [](const Expr& x, const Expr& y) { return rint(x + y); }},
    {"floor division", [](const Expr& x, const Expr& y) { return floor_divide(x, y); }},
    {"remainder", [](const Expr& x, const Expr& y) { return x % y; }},
    {"maximum", [](const Expr& x, const Expr& y) { return maximum(x, y); }},
};

bool is_nan_bits(DType type, std::uint64_t bits) {
  if (type == DType::f32)
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits)) !=
           std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return type == DType::f64 && std::bit_cast<double>(bits) != std::bit_cast<double>(bits);
}

/// The elements of an array, each widened to 64 bits.
std::vector<std::uint64_t> bits_of(const Array& array) {
  std::vector<std::byte> bytes(array.bytes());
  array.read_bytes(bytes.data());
  const std::uint64_t width = size_of(array.dtype());
  std::vector<std::uint64_t> bits(array.size(), 0);
  for (std::size_t i = 0; i < bits.size(); ++i) std::memcpy(&bits[i], bytes.data() + i * width, width);
  return bits;
}

template <class T>
Expr number(T value) {
  return cast(literal(static_cast<double>(value)), dtype_of<T>);
}

/// The first case that differs; empty if none does.
template <class T>
std::string compare_cases(const Device& device) {
  std::vector<T> x;
  std::vector<T> y;
  for (T a : inputs<T>())
    for (T b : inputs<T>()) {
      x.push_back(a);
      y.push_back(b);
    }
  const Array dx = device.array(x);
  const Array dy = device.array(y);
  std::vector<Expr> values;
  for (const Case& c : kCases) values.push_back(c.of(Expr(dx), Expr(dy)));
  const std::vector<Array> results = device.evaluate(values);
  for (std::size_t c = 0; c < results.size(); ++c) {
    const std::vector<std::uint64_t> got = bits_of(results[c]);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::uint64_t expected = kCases[c].of(number(x[i]), number(y[i])).node()->bits;
      const DType type = results[c].dtype();
      if (got[i] != expected && !(is_nan_bits(type, got[i]) && is_nan_bits(type, expected)))
        return fmt::format("{} {} at {}, {}", to_string(dtype_of<T>), kCases[c].name, x[i], y[i]);
    }
  }
  return {};
}

template <class T>
std::string compare_sum(const Device& device) {
  std::vector<T> x(3 * 1024 + 77);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(1) / static_cast<T>(i + 1) - static_cast<T>(0.01);
  const T got = device.evaluate(sum(device.array(x))).template item<T>();
  return got == unit_tree_sum(std::span<const T>(x)) ? "" : fmt::format("{} sum", to_string(dtype_of<T>));
}

}  // namespace

BitStatus self_test(const Device& device) {
  std::string difference = compare_cases<float>(device);
  if (difference.empty()) difference = compare_sum<float>(device);
  if (device.info().has_f64 && difference.empty()) difference = compare_cases<double>(device);
  if (device.info().has_f64 && difference.empty()) difference = compare_sum<double>(device);
  return {difference.empty(), difference};
}

}  // namespace lockstep
