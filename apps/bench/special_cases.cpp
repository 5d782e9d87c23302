#include "case_tables.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include "expression_case.hpp"
#include "orbit_case.hpp"

namespace lockstep::bench {
namespace {

/// The time of one call, its work included: of one element, and of 1024.
Case launch() {
  Case row = elementwise(
      "launch", "out = x + 3*y, one call", Floats{}, 2, 2, [](const Expr& x, const Expr& y) { return x + 3 * y; },
      []<class T>(T x, T y) { return T(x + T(3) * y); });
  row.sizes = {1, 1024};
  row.clock = Clock::host;
  row.quick = true;
  return row;
}

/// A whole number that no expression of the last 2^23 had, exact in f32. It begins at the time of day, because device
/// compilers keep what they compiled on disk.
double new_number() {
  static std::atomic<std::uint32_t> next{
      static_cast<std::uint32_t>(std::chrono::system_clock::now().time_since_epoch().count() >> 10)};
  return static_cast<double>((next++ & ((1u << 23) - 1)) + 8);
}

/// A row for an expression that is built at each execution: `number()`, its literal, is multiplied by a zero, so that
/// the result stays the same.
Case built_each_time(const char* name, const char* what, double (*number)()) {
  Case row{name, what, Floats::list(), 4, 6};
  row.sizes = {1024};
  row.clock = Clock::host;
  row.quick = true;
  row.arrays = 4;
  row.prepare = [number](const Device& device, DType type, std::uint64_t n, std::uint64_t) {
    return Floats::call(type, [&]<class T>() {
      const ArraySet set = make_sets<T>(device, {n}, 2, true, 1).front();
      const Array zero = device.zeros({n}, type);
      const auto run = [device, set, zero, number] {
        const Expr factor = cast(literal(number()), dtype_of<T>);
        device.assign(set.out, sqrt(set.x * set.x + set.y * set.y) + factor * zero);
      };
      const auto result = [set, run] {
        spoil(set.out);
        run();
        return read_back(set.out);
      };
      return Prepared{run, result};
    });
  };
  row.expected = [](DType type, std::uint64_t n) {
    return Floats::call(type, [&]<class T>() {
      std::vector<T> out;
      for (std::uint64_t i = 0; i < n; ++i) {
        const T x = input_value<T>(0, i), y = input_value<T>(1, i);
        out.push_back(std::sqrt(x * x + y * y));
      }
      return bytes_of(std::span<const T>(out));
    });
  };
  return row;
}

/// From an expression to its result: built, lowered, compiled and run; or built, lowered and found in the cache.
Case compile_cold() { return built_each_time("compile_cold", "out = sqrt(x*x + y*y) + NEW*z, first call", new_number); }
Case compile_warm() {
  return built_each_time("compile_warm", "out = sqrt(x*x + y*y) + 3*z, built anew, known", [] { return 3.0; });
}

}  // namespace

std::vector<Case> special_cases() { return {launch(), compile_cold(), compile_warm(), orbit()}; }

}  // namespace lockstep::bench
