// Rung 15, continued: how far the mathematical functions are from the exact results. docs/accuracy.md has the table for
// all floats, made by tests/tools/accuracy.cpp.

#include "function_bounds.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

template <class T>
void check_inputs(const Device& device, const FunctionInfo& row, const Inputs<T>& in) {
  UlpMeter<T> meter(row.function);
  const std::vector<T> got = on_device(device, row, in);
  Worst<T> worst;
  for (std::size_t i = 0; i < got.size(); ++i) worst.see(meter(in.x[i], in.y[i], got[i]), in.x[i], in.y[i], got[i]);
  CHECK_MESSAGE(worst.ulps <= bound_of<T>(row.function),
                row.name << " of " << to_string(dtype_of<T>) << ": " << worst.text());
}

template <class T>
void check_random(const Device& device, std::size_t n) {
  for (const FunctionInfo& row : mathematical_functions()) {
    check_inputs(device, row, InputMaker<T>::edges(row.function));
    check_inputs(device, row, InputMaker<T>(row.function, 77).random(n));
  }
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "f64 functions keep their bounds at random numbers and at the edges of their cases") {
  if (device.info().has_f64) check_random<double>(device, scaled(20000));
  CHECK(evaluate(exp(device.array({0.0f}))).item<float>() == 1);
}

TEST_CASE_FIXTURE(OnDevice, "f32 functions keep their bounds at random numbers and at the edges of their cases") {
  check_random<float>(device, scaled(20000));
}

TEST_CASE_FIXTURE(OnDevice, "f32 functions of one number keep their bounds over a dense sample of all floats") {
  constexpr std::uint64_t kAll = std::uint64_t{1} << 32;
  const std::uint64_t step = 257 * (8000 / scaled(8000)) * 4;
  std::vector<float> x;
  for (std::uint64_t bits = 11; bits < kAll; bits += step) x.push_back(from_bits<float>(bits));
  const Array values = device.array(x);
  for (const FunctionInfo& row : mathematical_functions()) {
    if (row.arity != 1) continue;
    const auto exact = library_function<double>(row.function);
    const Expr operand[] = {values};
    const std::vector<float> got = evaluate(call(row.function, operand)).to_host<float>();
    Worst<float> worst;
    for (std::size_t i = 0; i < x.size(); ++i)
      worst.see(ulps_between(got[i], exact(static_cast<double>(x[i]), 0), least_exponent(row.function, x[i])), x[i], 0,
                got[i]);
    CHECK_MESSAGE(worst.ulps <= bound_of<float>(row.function), row.name << ": " << worst.text());
  }
}

TEST_CASE("the meters of ulps see a wrong last bit, zeros, infinities and NaN") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  UlpMeter<float> meter(Function::exp);
  const auto both = [&](float got, double exact) {
    meter.set_exact(exact);
    const double a = meter.distance(got), b = ulps_between(got, exact);
    CHECK(a == b);
    return a;
  };
  CHECK(both(1, 1) == 0);
  CHECK(both(std::nextafter(1.0f, 2.0f), 1) == 1);
  CHECK(both(1.5f, 1.5 + 0x1p-24) == 0.5);
  CHECK(both(0, 0x1p-150) == 0.5);
  CHECK(both(0x1p-149f, 0) == inf);
  CHECK(both(0, 1) > 1e6);
  CHECK(both(-1, 1) > 1e6);
  CHECK(both(nan, nan) == 0);
  CHECK(both(nan, 1) == inf);
  CHECK(both(1, nan) == inf);
  CHECK(both(inf, inf) == 0);
  CHECK(both(-inf, inf) == inf);
  CHECK(both(1, inf) == inf);
  CHECK(both(inf, 0x1p128 - 0x1p103) == 0.5);
  CHECK(both(inf, 1e60) == 0);
  CHECK(both(std::numeric_limits<float>::max(), 1e60) == 1);
  CHECK(both(inf, 1) > 1e6);
}

TEST_CASE("the finder of the worst result asks about few, and misses none") {
  WorstFinder<float> finder(Function::exp);
  UlpMeter<float> meter(Function::exp);
  std::mt19937_64 random(4);
  double worst = 0;
  for (int i = 0; i < 20000; ++i) {
    const float x = static_cast<float>(random() % 4000) * 0.05f - 100;  // subnormal results and infinities too
    float got = std::exp(x);
    for (auto steps = random() % 4; steps; --steps) got = std::nextafter(got, random() % 2 ? 2e38f : 0.0f);
    worst = std::max(worst, meter(x, 0, got));
    finder.see(x, 0, got);
  }
  CHECK(worst > 2);
  CHECK(finder.worst().ulps == worst);
  CHECK(finder.judged() < 2000);
  finder.see(1, 0, std::nanf(""));
  CHECK(finder.worst().ulps == std::numeric_limits<double>::infinity());
}

TEST_CASE("every mathematical function has a bound below one ulp, and a reference") {
  for (const FunctionInfo& row : mathematical_functions()) {
    CAPTURE(row.name);
    CHECK(bound_of<float>(row.function) >= 0.5);
    CHECK(bound_of<float>(row.function) <= 1);
    CHECK(bound_of<double>(row.function) >= 0.5);
    CHECK(bound_of<double>(row.function) <= 1);
    CHECK(bool(exact_function(row.function)));
    CHECK(bool(library_function<double>(row.function)));
  }
}
