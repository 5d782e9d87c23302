#include <cmath>
#include <numbers>

#include "case_tables.hpp"
#include "expression_case.hpp"
#include "lockstep/random.hpp"
#include "lockstep/random_numbers.hpp"

namespace lockstep::bench {
namespace {

using E = const Expr&;
using Real = long double;

// Of a European call, for a year.
constexpr double kRate = 0.0625, kVolatility = 0.5;
constexpr double kDrift = kRate + kVolatility * kVolatility / 2;

Expr normal(const Expr& d) { return 0.5 + 0.5 * erf(d * (std::numbers::sqrt2 / 2)); }
Real normal(Real d) { return 0.5L + 0.5L * std::erf(d / std::numbers::sqrt2_v<Real>); }

/// Black and Scholes, with the price x and the strike y: far below it the result would be a difference of numbers that
/// are much larger.
Expr call_price(const Expr& x, const Expr& y) {
  const Expr d1 = (log(x / y) + kDrift) / kVolatility;
  return x * normal(d1) - y * std::exp(-kRate) * normal(d1 - kVolatility);
}
Real call_price(Real x, Real y) {
  const Real d1 = (std::log(x / y) + kDrift) / kVolatility;
  return x * normal(d1) - y * std::exp(Real(-kRate)) * normal(d1 - kVolatility);
}

Case sized(Case row, int ulps) {
  row.ulps = ulps;
  row.sizes = {std::uint64_t{1} << 14, std::uint64_t{1} << 22};  // long double takes its time
  return row;
}

/// Random points: how many lie in the quarter circle. Both numbers of a point are draws in one place.
Case pi() {
  Case row{"pi", "4 * share of x*x + y*y < 1, of n random points in f32", {DType::f64}, 0, 80};
  row.sizes = {std::uint64_t{1} << 20, std::uint64_t{1} << 26};
  row.arrays = 0;
  row.mixed = true;
  row.prepare = [](const Device& device, DType, std::uint64_t n, std::uint64_t) {
    const RandomSource source{.seed = 1, .index = arange(n)};
    const Expr x = random_uniform(source, DType::f32, 0), y = random_uniform(source, DType::f32, 1);
    const Expr value = 4.0 * cast(count(x * x + y * y < 1), DType::f64) / static_cast<double>(n);
    const auto run = [device, value] { device.evaluate(value); };
    return Prepared{run, [device, value] { return read_back(device.evaluate(value)); }};
  };
  row.expected = [](DType, std::uint64_t n) {
    constexpr RandomStream stream(1, 0);
    std::uint64_t inside = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      const float x = uniform_f32(stream.block(i, 0, 0)[0]), y = uniform_f32(stream.block(i, 0, 1)[0]);
      inside += x * x + y * y < 1 ? 1 : 0;
    }
    const double value = 4.0 * static_cast<double>(inside) / static_cast<double>(n);
    return bytes_of(std::span(&value, 1));
  };
  return row;
}

}  // namespace

std::vector<Case> fused_cases() {
  std::vector<Case> cases;
  cases.push_back(
      sized(elementwise(
                "sin_exp", "out = sin(x)*exp(-y)", Floats{}, 2, 4, [](E x, E y) { return sin(x) * exp(-y); },
                []<class T>(T x, T y) { return static_cast<T>(std::sin(Real(x)) * std::exp(-Real(y))); }),
            4));
  cases.push_back(sized(elementwise(
                            "black_scholes", "out = price of a call, with log and erf", Floats{}, 2, 16,
                            [](E x, E y) { return call_price(4 * x, y); },
                            []<class T>(T x, T y) { return static_cast<T>(call_price(4 * Real(x), Real(y))); }),
                        16));
  cases.push_back(pi());
  return cases;
}

}  // namespace lockstep::bench
