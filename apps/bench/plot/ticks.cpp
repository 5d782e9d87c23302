#include "ticks.hpp"

#include <fmt/format.h>

#include <cmath>

namespace lockstep::bench {
namespace {

// Room for the rounding of a tick that lies on the end of an axis.
constexpr double kSlack = 1e-9;

std::vector<Tick> linear(const Axis& axis, int most) {
  const double raw = (axis.high - axis.low) / most, power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0})
    if (raw <= factor * power * (1 + kSlack)) {
      step = factor * power;
      break;
    }
  std::vector<Tick> ticks;
  for (double i = std::ceil(axis.low / step - kSlack); i * step <= axis.high + kSlack * step; ++i)
    ticks.push_back({i * step + 0.0, fmt::format("{:.6g}", i * step + 0.0)});  // no -0
  return ticks;
}

std::vector<Tick> logarithmic(const Axis& axis, int most) {
  std::vector<Tick> ticks;
  const double octaves = std::log2(axis.high / axis.low);
  const bool by_two = octaves <= most;
  const double first = std::floor(by_two ? std::log2(axis.low) : std::log10(axis.low));
  for (double e = first;; ++e) {
    const double value = std::pow(by_two ? 2.0 : 10.0, e);
    if (value > axis.high * (1 + kSlack)) return ticks;
    if (value >= axis.low * (1 - kSlack)) ticks.push_back({value, fmt::format("{:.6g}", value)});
    for (int k = 2; !by_two && k < 10; ++k)
      if (k * value >= axis.low && k * value <= axis.high) ticks.push_back({k * value, ""});
  }
}

}  // namespace

std::vector<Tick> ticks_of(const Axis& axis, int most) {
  return axis.logarithmic ? logarithmic(axis, most) : linear(axis, most);
}

}  // namespace lockstep::bench
