// Rung 15: the mathematical functions. Edges and exact results here; how near the rest is, in
// 15_functions_accuracy.cpp.

#include "function_inputs.hpp"
#include "golden.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Edge {
  Function function;
  double x, y, result;
};
using F = Function;

// Source: ISO C, Annex F.10. Every number is the same in f32 and f64.
constexpr Edge kEdges[] = {
    {F::exp, 0.0, 0, 1},
    {F::exp, -0.0, 0, 1},
    {F::exp, -kInf, 0, 0.0},
    {F::exp, kInf, 0, kInf},
    {F::exp, kNaN, 0, kNaN},
    {F::exp, 1e30, 0, kInf},
    {F::exp, -1e30, 0, 0.0},
    {F::exp2, 0.0, 0, 1},
    {F::exp2, -0.0, 0, 1},
    {F::exp2, -kInf, 0, 0.0},
    {F::exp2, kInf, 0, kInf},
    {F::exp2, kNaN, 0, kNaN},
    {F::exp2, 1e30, 0, kInf},
    {F::exp2, -1e30, 0, 0.0},
    {F::expm1, 0.0, 0, 0.0},
    {F::expm1, -0.0, 0, -0.0},
    {F::expm1, -kInf, 0, -1},
    {F::expm1, kInf, 0, kInf},
    {F::expm1, kNaN, 0, kNaN},
    {F::expm1, -1e30, 0, -1},
    {F::expm1, 1e30, 0, kInf},
    {F::log, 0.0, 0, -kInf},
    {F::log, -0.0, 0, -kInf},
    {F::log, 1, 0, 0.0},
    {F::log, -1, 0, kNaN},
    {F::log, -kInf, 0, kNaN},
    {F::log, kInf, 0, kInf},
    {F::log, kNaN, 0, kNaN},
    {F::log2, 0.0, 0, -kInf},
    {F::log2, -0.0, 0, -kInf},
    {F::log2, 1, 0, 0.0},
    {F::log2, -1, 0, kNaN},
    {F::log2, kInf, 0, kInf},
    {F::log2, kNaN, 0, kNaN},
    {F::log10, 0.0, 0, -kInf},
    {F::log10, -0.0, 0, -kInf},
    {F::log10, 1, 0, 0.0},
    {F::log10, -1, 0, kNaN},
    {F::log10, kInf, 0, kInf},
    {F::log10, kNaN, 0, kNaN},
    {F::log1p, 0.0, 0, 0.0},
    {F::log1p, -0.0, 0, -0.0},
    {F::log1p, -1, 0, -kInf},
    {F::log1p, -1.5, 0, kNaN},
    {F::log1p, -kInf, 0, kNaN},
    {F::log1p, kInf, 0, kInf},
    {F::log1p, kNaN, 0, kNaN},
    {F::sin, 0.0, 0, 0.0},
    {F::sin, -0.0, 0, -0.0},
    {F::sin, kInf, 0, kNaN},
    {F::sin, -kInf, 0, kNaN},
    {F::sin, kNaN, 0, kNaN},
    {F::cos, 0.0, 0, 1},
    {F::cos, -0.0, 0, 1},
    {F::cos, kInf, 0, kNaN},
    {F::cos, -kInf, 0, kNaN},
    {F::cos, kNaN, 0, kNaN},
    {F::tan, 0.0, 0, 0.0},
    {F::tan, -0.0, 0, -0.0},
    {F::tan, kInf, 0, kNaN},
    {F::tan, -kInf, 0, kNaN},
    {F::tan, kNaN, 0, kNaN},
    {F::asin, 0.0, 0, 0.0},
    {F::asin, -0.0, 0, -0.0},
    {F::asin, 1.5, 0, kNaN},
    {F::asin, -kInf, 0, kNaN},
    {F::asin, kInf, 0, kNaN},
    {F::asin, kNaN, 0, kNaN},
    {F::acos, 1, 0, 0.0},
    {F::acos, 1.5, 0, kNaN},
    {F::acos, -1.5, 0, kNaN},
    {F::acos, kInf, 0, kNaN},
    {F::acos, -kInf, 0, kNaN},
    {F::acos, kNaN, 0, kNaN},
    {F::atan, 0.0, 0, 0.0},
    {F::atan, -0.0, 0, -0.0},
    {F::atan, kNaN, 0, kNaN},
    {F::sinh, 0.0, 0, 0.0},
    {F::sinh, -0.0, 0, -0.0},
    {F::sinh, kInf, 0, kInf},
    {F::sinh, -kInf, 0, -kInf},
    {F::sinh, kNaN, 0, kNaN},
    {F::cosh, 0.0, 0, 1},
    {F::cosh, -0.0, 0, 1},
    {F::cosh, kInf, 0, kInf},
    {F::cosh, -kInf, 0, kInf},
    {F::cosh, kNaN, 0, kNaN},
    {F::tanh, 0.0, 0, 0.0},
    {F::tanh, -0.0, 0, -0.0},
    {F::tanh, kInf, 0, 1},
    {F::tanh, -kInf, 0, -1},
    {F::tanh, 100, 0, 1},
    {F::tanh, kNaN, 0, kNaN},
    {F::asinh, 0.0, 0, 0.0},
    {F::asinh, -0.0, 0, -0.0},
    {F::asinh, kInf, 0, kInf},
    {F::asinh, -kInf, 0, -kInf},
    {F::asinh, kNaN, 0, kNaN},
    {F::acosh, 1, 0, 0.0},
    {F::acosh, 0.5, 0, kNaN},
    {F::acosh, 0.0, 0, kNaN},
    {F::acosh, -kInf, 0, kNaN},
    {F::acosh, kInf, 0, kInf},
    {F::acosh, kNaN, 0, kNaN},
    {F::atanh, 0.0, 0, 0.0},
    {F::atanh, -0.0, 0, -0.0},
    {F::atanh, 1, 0, kInf},
    {F::atanh, -1, 0, -kInf},
    {F::atanh, 1.5, 0, kNaN},
    {F::atanh, -kInf, 0, kNaN},
    {F::atanh, kInf, 0, kNaN},
    {F::atanh, kNaN, 0, kNaN},
    {F::cbrt, 0.0, 0, 0.0},
    {F::cbrt, -0.0, 0, -0.0},
    {F::cbrt, kInf, 0, kInf},
    {F::cbrt, -kInf, 0, -kInf},
    {F::cbrt, -27, 0, -3},
    {F::cbrt, kNaN, 0, kNaN},
    // Source: IEEE 754-2019, 9.2.1, rSqrt.
    {F::rsqrt, 0.0, 0, kInf},
    {F::rsqrt, -0.0, 0, -kInf},
    {F::rsqrt, kInf, 0, 0.0},
    {F::rsqrt, -1, 0, kNaN},
    {F::rsqrt, -kInf, 0, kNaN},
    {F::rsqrt, 4, 0, 0.5},
    {F::rsqrt, kNaN, 0, kNaN},
    {F::hypot, 3, -4, 5},
    {F::hypot, -0.0, -0.0, 0.0},
    {F::hypot, 0.0, -7, 7},
    {F::hypot, kInf, kNaN, kInf},
    {F::hypot, kNaN, -kInf, kInf},
    {F::hypot, -kInf, 1, kInf},
    {F::hypot, kInf, kInf, kInf},
    {F::hypot, kNaN, 1, kNaN},
    {F::hypot, 0.0, kNaN, kNaN},
    {F::erf, 0.0, 0, 0.0},
    {F::erf, -0.0, 0, -0.0},
    {F::erf, kInf, 0, 1},
    {F::erf, -kInf, 0, -1},
    {F::erf, kNaN, 0, kNaN},
    {F::erfc, 0.0, 0, 1},
    {F::erfc, -0.0, 0, 1},
    {F::erfc, kInf, 0, 0.0},
    {F::erfc, -kInf, 0, 2},
    {F::erfc, kNaN, 0, kNaN},
    {F::sigmoid, 0.0, 0, 0.5},
    {F::sigmoid, -0.0, 0, 0.5},
    {F::sigmoid, kInf, 0, 1},
    {F::sigmoid, -kInf, 0, 0.0},
    {F::sigmoid, 1e30, 0, 1},
    {F::sigmoid, -1e30, 0, 0.0},
    {F::sigmoid, kNaN, 0, kNaN},
    {F::atan2, 0.0, 0.0, 0.0},
    {F::atan2, -0.0, 0.0, -0.0},
    {F::atan2, 0.0, 1, 0.0},
    {F::atan2, -0.0, 1, -0.0},
    {F::atan2, 1, kInf, 0.0},
    {F::atan2, -1, kInf, -0.0},
    {F::atan2, kNaN, 1, kNaN},
    {F::atan2, 1, kNaN, kNaN},
    {F::atan2, kInf, kNaN, kNaN},
    {F::atan2, kNaN, kNaN, kNaN},
    {F::power, 0.0, -3, kInf},
    {F::power, -0.0, -3, -kInf},
    {F::power, 0.0, -2, kInf},
    {F::power, -0.0, -2, kInf},
    {F::power, -0.0, -2.5, kInf},
    {F::power, 0.0, -kInf, kInf},
    {F::power, -0.0, -kInf, kInf},
    {F::power, 0.0, 3, 0.0},
    {F::power, -0.0, 3, -0.0},
    {F::power, -0.0, 2, 0.0},
    {F::power, -0.0, 2.5, 0.0},
    {F::power, -0.0, kInf, 0.0},
    {F::power, -1, kInf, 1},
    {F::power, -1, -kInf, 1},
    {F::power, 1, kNaN, 1},
    {F::power, 1, kInf, 1},
    {F::power, 1, -7.5, 1},
    {F::power, kNaN, 0.0, 1},
    {F::power, kNaN, -0.0, 1},
    {F::power, kInf, 0.0, 1},
    {F::power, 0.0, -0.0, 1},
    {F::power, -2, 0.5, kNaN},
    {F::power, -0.5, 1.5, kNaN},
    {F::power, -1e30, -0.25, kNaN},
    {F::power, 0.5, -kInf, kInf},
    {F::power, -0.5, -kInf, kInf},
    {F::power, 2, -kInf, 0.0},
    {F::power, -2, -kInf, 0.0},
    {F::power, 0.5, kInf, 0.0},
    {F::power, -0.5, kInf, 0.0},
    {F::power, 2, kInf, kInf},
    {F::power, -2, kInf, kInf},
    {F::power, -kInf, -3, -0.0},
    {F::power, -kInf, -2, 0.0},
    {F::power, -kInf, -2.5, 0.0},
    {F::power, -kInf, 3, -kInf},
    {F::power, -kInf, 2, kInf},
    {F::power, -kInf, 2.5, kInf},
    {F::power, kInf, -0.5, 0.0},
    {F::power, kInf, 0.5, kInf},
    {F::power, kNaN, 1, kNaN},
    {F::power, 2, kNaN, kNaN},
    {F::power, -1, kNaN, kNaN},
    {F::power, 0.0, kNaN, kNaN},
    {F::power, -1, 1e30, 1},
    {F::power, -1, 8388607, -1},
    {F::power, -1, 16777216, 1},
    {F::power, -2, 7, -128},
    {F::power, 1.5, 20, 3325.256730079651},  // 3^20 / 2^20 is exact in f64; rounded in f32
    {F::power, 3, 5, 243},
    {F::power, 9, 0.5, 3},
    {F::power, 2, -140, 0x1p-140},
    {F::power, 1e30, 2000, kInf},
    {F::power, -1e30, 2001, -kInf},
    {F::power, 1e-30, 2000, 0.0},
};

template <class T>
std::string text(T value) {
  return show(dtype_of<T>, to_bits(value));
}

template <class T>
void check_edges(const Device& device) {
  for (const FunctionInfo& row : mathematical_functions()) {
    Inputs<T> in;
    std::vector<T> results;
    for (const Edge& edge : kEdges)
      if (edge.function == row.function) {
        in.add(static_cast<T>(edge.x), static_cast<T>(edge.y));
        results.push_back(static_cast<T>(edge.result));
      }
    CAPTURE(row.name);
    CAPTURE(to_string(dtype_of<T>));
    REQUIRE(results.size() >= 3);
    const std::vector<T> got = on_device(device, row, in);
    for (std::size_t i = 0; i < got.size(); ++i)
      CHECK_MESSAGE(same_bits(got[i], results[i]), row.name << "(" << in.x[i] << ", " << in.y[i] << ") is "
                                                            << text(got[i]) << ", expected " << text(results[i]));
  }
}

template <class T>
std::vector<T> values_of(const Device& device, Function function, const std::vector<T>& x) {
  const Array a = device.array(x);
  return evaluate(call(function, std::initializer_list<Expr>{a})).template to_host<T>();
}

/// Results at angles are the multiples of pi nearest to the exact ones: a table of C's Annex F.
template <class T>
void check_angles(const Device& device) {
  const T pi = static_cast<T>(3.14159265358979323846L);
  const T half = pi / 2, quarter = pi / 4, three_quarters = static_cast<T>(2.35619449019234492885L);
  const T inf = std::numeric_limits<T>::infinity(), tiny = std::numeric_limits<T>::denorm_min(),
          huge = std::numeric_limits<T>::max();
  CHECK(values_of<T>(device, F::atan, {inf, -inf, huge, 1, -1}) ==
        std::vector<T>{half, -half, half, quarter, -quarter});
  CHECK(values_of<T>(device, F::asin, {1, -1}) == std::vector<T>{half, -half});
  CHECK(values_of<T>(device, F::acos, {-1, 0, -T(0)}) == std::vector<T>{pi, half, half});
  const T cases[][3] = {{T(0), -T(0), pi},
                        {-T(0), -T(0), -pi},
                        {T(0), -1, pi},
                        {-T(0), -1, -pi},
                        {T(0), -inf, pi},
                        {-T(0), -inf, -pi},
                        {1, T(0), half},
                        {1, -T(0), half},
                        {-1, T(0), -half},
                        {-1, -T(0), -half},
                        {1, -inf, pi},
                        {-1, -inf, -pi},
                        {inf, 1, half},
                        {-inf, -1, -half},
                        {inf, inf, quarter},
                        {-inf, inf, -quarter},
                        {inf, -inf, three_quarters},
                        {-inf, -inf, -three_quarters},
                        {tiny, tiny, quarter},
                        {huge, huge, quarter},
                        {tiny, huge, T(0)},
                        {huge, tiny, half},
                        {tiny, -huge, pi},
                        {-tiny, -tiny, -three_quarters},
                        {tiny, 1, tiny},
                        {tiny, T(0.5), 2 * tiny},
                        {huge, -huge, three_quarters}};
  Inputs<T> in;
  for (const auto& c : cases) in.add(c[0], c[1]);
  const FunctionInfo row = all_functions()[static_cast<std::size_t>(F::atan2)];
  const std::vector<T> got = on_device(device, row, in);
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK_MESSAGE(same_bits(got[i], cases[i][2]), "atan2(" << in.x[i] << ", " << in.y[i] << ") is " << text(got[i]));
}

template <class T>
void check_exact_results(const Device& device) {
  using L = std::numeric_limits<T>;
  std::vector<T> exponents, powers;
  for (int n = L::min_exponent - L::digits; n < L::max_exponent; ++n) {
    exponents.push_back(static_cast<T>(n));
    powers.push_back(std::ldexp(T(1), n));
  }
  CHECK(first_difference(values_of(device, F::exp2, exponents), powers) == std::nullopt);
  CHECK(first_difference(values_of(device, F::log2, powers), exponents) == std::nullopt);
  std::vector<T> tens{1}, digits{0}, cubes, roots, squares, inverses;
  for (int n = 1; n <= (sizeof(T) == 4 ? 10 : 22); ++n) {
    tens.push_back(tens.back() * 10);
    digits.push_back(static_cast<T>(n));
  }
  CHECK(first_difference(values_of(device, F::log10, tens), digits) == std::nullopt);
  for (int n = -250; n <= 250; ++n) {
    roots.push_back(static_cast<T>(n));
    cubes.push_back(static_cast<T>(n * n * n));
  }
  CHECK(first_difference(values_of(device, F::cbrt, cubes), roots) == std::nullopt);
  for (int n = -60; n <= 60; ++n) {
    squares.push_back(std::ldexp(T(1), 2 * n));
    inverses.push_back(std::ldexp(T(1), -n));
  }
  CHECK(first_difference(values_of(device, F::rsqrt, squares), inverses) == std::nullopt);

  Inputs<T> in;
  std::vector<T> results;
  const auto expect = [&](T x, T y, T result) {
    in.add(x, y);
    results.push_back(result);
  };
  for (const T x : awkward_values<T>(500, 9)) expect(x, 1, x);
  for (std::size_t i = 0; i < powers.size(); ++i) expect(2, exponents[i], powers[i]);
  for (int base = -9; base <= 9; ++base)
    for (int n = 0, p = 1; n <= 7; ++n, p *= base) expect(static_cast<T>(base), static_cast<T>(n), static_cast<T>(p));
  const FunctionInfo row = all_functions()[static_cast<std::size_t>(F::power)];
  CHECK(first_difference(on_device(device, row, in), results) == std::nullopt);
}

template <class T>
void check_symmetry(const Device& device) {
  const std::vector<T> x = awkward_values<T>(4000, 31);
  std::vector<T> minus(x);
  for (T& v : minus) v = -v;
  for (const Function f : {F::sin, F::tan, F::asin, F::atan, F::sinh, F::tanh, F::asinh, F::atanh, F::cbrt, F::erf}) {
    std::vector<T> there = values_of(device, f, x);
    for (T& v : there) v = -v;
    CAPTURE(all_functions()[static_cast<std::size_t>(f)].name);
    CHECK(first_difference(values_of(device, f, minus), there) == std::nullopt);
  }
  for (const Function f : {F::cos, F::cosh})
    CHECK(first_difference(values_of(device, f, minus), values_of(device, f, x)) == std::nullopt);
}

/// A hash of bits, NaNs alike. Source: FNV-1a.
template <class T>
std::uint64_t hash(const std::vector<T>& values) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const T v : values) {
    std::uint64_t bits = v != v ? to_bits(std::numeric_limits<T>::quiet_NaN()) : to_bits(v);
    for (std::size_t i = 0; i < sizeof(T); ++i, bits >>= 8) h = (h ^ (bits & 255)) * 0x100000001b3u;
  }
  return h;
}

/// Made without the C library, so that they are the same everywhere.
template <class T>
Inputs<T> golden_inputs(Function function) {
  Inputs<T> in = InputMaker<T>::edges(function);
  std::mt19937_64 random(2026);
  const auto value = [&] {
    const std::uint64_t kind = random() % 6, bits = random();
    constexpr double kRanges[] = {1, 8, 64, 800};
    if (kind < 2) return from_bits<T>(bits);
    return static_cast<T>((static_cast<double>(bits >> 11) * 0x1p-52 - 1) * kRanges[kind - 2]);
  };
  for (int i = 0; i < 20000; ++i) {
    const T x = value();
    in.add(x, value());
  }
  return in;
}

template <class T>
std::string golden_line(const Device& device, const FunctionInfo& row) {
  std::ostringstream line;
  line << row.name << ' ' << to_string(dtype_of<T>) << ' ' << bits_version(row.function, dtype_of<T>) << ' ' << std::hex
       << hash(on_device(device, row, golden_inputs<T>(row.function)));
  return line.str();
}

template <class T>
void check_views(const Device& device) {
  const Inputs<T> in = InputMaker<T>(F::atan2, 5).random(3000);
  const Array x = device.array(in.x), y = device.array(in.y);
  for (const FunctionInfo& row : mathematical_functions()) {
    const Expr all[] = {x, y};
    const std::vector<T> whole =
        evaluate(call(row.function, std::span(all).first(static_cast<std::size_t>(row.arity)))).template to_host<T>();
    for (const std::int64_t from : {1, 3})
      for (const std::int64_t n : {1, 33, 1025, 2100}) {
        const Expr part[] = {x.slice({{from, from + n}}), y.slice({{from, from + n}})};
        const std::vector<T> got =
            evaluate(call(row.function, std::span(part).first(static_cast<std::size_t>(row.arity))))
                .template to_host<T>();
        CAPTURE(row.name);
        CHECK(first_difference(got, std::vector<T>(whole.begin() + from, whole.begin() + from + n)) == std::nullopt);
      }
  }
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "the mathematical functions have C's results at zeros, infinities, NaN and domain errors") {
  check_edges<float>(device);
  if (device.info().has_f64) check_edges<double>(device);
}

TEST_CASE_FIXTURE(OnDevice, "angles at the edges are the floats nearest to multiples of pi") {
  check_angles<float>(device);
  if (device.info().has_f64) check_angles<double>(device);
}

TEST_CASE_FIXTURE(OnDevice, "powers, roots and logarithms that are exact come out exact, subnormal ones too") {
  check_exact_results<float>(device);
  if (device.info().has_f64) check_exact_results<double>(device);
}

TEST_CASE_FIXTURE(OnDevice, "odd and even functions are odd and even bit by bit") {
  check_symmetry<float>(device);
  if (device.info().has_f64) check_symmetry<double>(device);
}

TEST_CASE_FIXTURE(OnDevice, "the mathematical functions have the same bits at any place and size") {
  check_views<float>(device);
  if (device.info().has_f64) check_views<double>(device);
}

TEST_CASE_FIXTURE(OnDevice, "whole numbers count as floats in the mathematical functions") {
  const Array k = device.array<std::int8_t>({-3, 0, 1, 7});
  CHECK(exp(k).dtype() == DType::f32);
  CHECK(difference(evaluate(exp(k)), evaluate(exp(cast(k, DType::f32)))) == "");
  const Array n = device.array<std::int32_t>({-3, 0, 1, 70000});
  CHECK(hypot(n, n).dtype() == DType::f64);
  if (!device.info().has_f64) return;
  CHECK(difference(evaluate(sin(n)), evaluate(sin(cast(n, DType::f64)))) == "");
  CHECK(difference(evaluate(power(n, 2.5)), evaluate(power(cast(n, DType::f64), 2.5))) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a power is the same function for exponents of arrays, parameters and built-in numbers") {
  const std::vector<float> values = awkward_values<float>(3000, 8);
  const Array x = device.array(values), y = device.full({3000}, -2.25, DType::f32);
  const Array got = evaluate(power(x, y));
  CHECK(difference(evaluate(power(x, -2.25)), got) == "");
  CHECK(difference(evaluate(pow(x, -2.25)), got) == "");
  CHECK(difference(evaluate(pow(x, y)), got) == "");
  CHECK(difference(evaluate(pow(x, 17)), evaluate(power(x, 17.0))) == "");
}

TEST_CASE("the exact functions have no version, the others have one for f32 and f64") {
  CHECK(bits_version(F::sqrt, DType::f32) == 0);
  CHECK(bits_version(F::add, DType::f64) == 0);
  CHECK(bits_version(F::exp, DType::i32) == 0);
  CHECK(bits_version(F::exp, DType::f32) >= 1);
  CHECK(bits_version(F::power, DType::f64) >= 1);
  CHECK(mathematical_functions().size() == 27);
}

// LOCKSTEP_TEST_WRITE_GOLDEN=1 writes the file anew. Do so only with a version raised in engine/src/math/versions.def.
TEST_CASE_FIXTURE(OnDevice, "the bits of the mathematical functions are those of tests/golden/functions.txt") {
  const std::string path = golden_path("functions.txt");
  std::vector<std::string> lines;
  for (const FunctionInfo& row : mathematical_functions()) {
    lines.push_back(golden_line<float>(device, row));
    lines.push_back(device.info().has_f64 ? golden_line<double>(device, row) : "");
  }
  if (std::getenv("LOCKSTEP_TEST_WRITE_GOLDEN")) {
    std::ofstream file(path);
    file << "# function, type, version, hash of the results' bits (tests/15_functions.cpp)\n";
    for (const std::string& line : lines) file << line << '\n';
  }
  const auto stored = word_lines(path);
  REQUIRE(stored.size() == lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    std::string expected;
    for (const std::string& word : stored[i]) expected += (expected.empty() ? "" : " ") + word;
    CHECK(lines[i] == expected);
  }
}

TEST_CASE("the hash of results sees every bit but those of a NaN") {
  const std::vector<float> x{1, 2, 3};
  CHECK(hash(x) == hash(std::vector<float>{1, 2, 3}));
  CHECK(hash(x) != hash(std::vector<float>{1, 2, std::nextafter(3.0f, 4.0f)}));
  CHECK(hash(std::vector<float>{0.0f}) != hash(std::vector<float>{-0.0f}));
  CHECK(hash(std::vector<float>{std::nanf("1")}) == hash(std::vector<float>{-std::nanf("2")}));
}
