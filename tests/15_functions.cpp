// Rung 15: the mathematical functions. Exact results, symmetries and stored bits here; edges in 15_functions_edges.cpp;
// how near the rest is, in 15_functions_accuracy.cpp.

#include "function_inputs.hpp"
#include "golden.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

using F = Function;

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
  CHECK(mathematical_functions().size() == 29);
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
