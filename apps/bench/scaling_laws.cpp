#include "scaling_laws.hpp"

#include <algorithm>
#include <cmath>

namespace lockstep::bench {
namespace {

constexpr double kLinear = 0.05;

/// The slope of y = slope * x by least squares, from 0 to 1; nothing if all x are 0.
template <class X, class Y>
std::optional<double> slope(std::span<const SpeedupPoint> points, X x, Y y) {
  double xy = 0, xx = 0;
  for (const SpeedupPoint& p : points) {
    xy += x(p) * y(p);
    xx += x(p) * x(p);
  }
  if (!(xx > 0)) return std::nullopt;
  return std::clamp(xy / xx, 0.0, 1.0);
}

template <class Law>
LawFit judged(double serial, std::span<const SpeedupPoint> points, Law law) {
  double sum = 0;
  for (const SpeedupPoint& p : points) {
    const double error = law(p.processors) / p.speedup - 1;
    sum += error * error;
  }
  return {serial, std::sqrt(sum / static_cast<double>(points.size()))};
}

}  // namespace

double speedup(double time_on_one, double time) { return time_on_one / time; }
double efficiency(double speedup, double processors) { return speedup / processors; }
double karp_flatt(double speedup, double processors) { return (1 / speedup - 1 / processors) / (1 - 1 / processors); }
double amdahl(double parallel, double processors) { return 1 / ((1 - parallel) + parallel / processors); }
double gustafson(double processors, double serial) { return processors - serial * (processors - 1); }

std::string_view to_string(ScalingKind kind) noexcept {
  constexpr std::string_view kNames[] = {"linear", "real", "superlinear"};
  return kNames[static_cast<std::size_t>(kind)];
}

ScalingKind classify(double speedup, double processors) {
  if (std::abs(speedup - processors) <= kLinear * processors) return ScalingKind::linear;
  return speedup < processors ? ScalingKind::real : ScalingKind::superlinear;
}

std::optional<LawFit> fit_amdahl(std::span<const SpeedupPoint> points) {
  const auto serial = slope(
      points, [](const SpeedupPoint& p) { return 1 - 1 / p.processors; },
      [](const SpeedupPoint& p) { return 1 / p.speedup - 1 / p.processors; });
  if (!serial) return std::nullopt;
  return judged(*serial, points, [&](double p) { return amdahl(1 - *serial, p); });
}

std::optional<LawFit> fit_gustafson(std::span<const SpeedupPoint> points) {
  const auto serial = slope(
      points, [](const SpeedupPoint& p) { return p.processors - 1; },
      [](const SpeedupPoint& p) { return p.processors - p.speedup; });
  if (!serial) return std::nullopt;
  return judged(*serial, points, [&](double p) { return gustafson(p, *serial); });
}

}  // namespace lockstep::bench
