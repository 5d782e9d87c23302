// Rung 15, continued: zeros, infinities, NaN, domain errors and angles at the edges.

#include "function_inputs.hpp"

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
    {F::lgamma, 0.0, 0, kInf},
    {F::lgamma, -0.0, 0, kInf},
    {F::lgamma, 1, 0, 0.0},
    {F::lgamma, 2, 0, 0.0},
    {F::lgamma, -1, 0, kInf},
    {F::lgamma, -8388607, 0, kInf},
    {F::lgamma, -1e30, 0, kInf},
    {F::lgamma, kInf, 0, kInf},
    {F::lgamma, -kInf, 0, kInf},
    {F::lgamma, kNaN, 0, kNaN},
    {F::tgamma, 0.0, 0, kInf},
    {F::tgamma, -0.0, 0, -kInf},
    {F::tgamma, -1, 0, kNaN},
    {F::tgamma, -8388607, 0, kNaN},
    {F::tgamma, -1e30, 0, kNaN},
    {F::tgamma, kInf, 0, kInf},
    {F::tgamma, -kInf, 0, kNaN},
    {F::tgamma, kNaN, 0, kNaN},
    {F::tgamma, 1, 0, 1},
    {F::tgamma, 2, 0, 1},
    {F::tgamma, 5, 0, 24},
    {F::tgamma, 11, 0, 3628800},
    {F::tgamma, 14, 0, 6227020800},
    {F::tgamma, 1e30, 0, kInf},
    {F::tgamma, -2000.5, 0, -0.0},
    {F::tgamma, -2001.5, 0, 0.0},
    {F::tgamma, 0x1p-100, 0, 0x1p100},
    {F::tgamma, -0x1p-100, 0, -0x1p100},
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

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "the mathematical functions have C's results at zeros, infinities, NaN and domain errors") {
  check_edges<float>(device);
  if (device.info().has_f64) check_edges<double>(device);
}

TEST_CASE_FIXTURE(OnDevice, "angles at the edges are the floats nearest to multiples of pi") {
  check_angles<float>(device);
  if (device.info().has_f64) check_angles<double>(device);
}
