#pragma once

// What is said of times on one processor and on several. T(p) is the time on p processors.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace lockstep::bench {

/// T(1) / T(p).
double speedup(double time_on_one, double time);
/// Speedup per processor.
double efficiency(double speedup, double processors);
/// The fraction of the work on one processor that runs serially, as a measured speedup tells: (1/S - 1/p) / (1 - 1/p).
/// Negative beyond linear speedup. Not for p = 1. Source: A. Karp, H. Flatt, "Measuring parallel processor
/// performance", Communications of the ACM 33(5), 1990.
double karp_flatt(double speedup, double processors);
/// The speedup of a fixed problem of which the fraction `parallel` runs on all processors: 1 / ((1 - f) + f / p).
/// Source: G. Amdahl, "Validity of the single processor approach", AFIPS 1967.
double amdahl(double parallel, double processors);
/// The scaled speedup of a problem that grows with the processors, `serial` being the fraction of the time on p of them
/// that is serial: p - s (p - 1). Source: J. Gustafson, "Reevaluating Amdahl's law", Communications of the ACM 31(5),
/// 1988.
double gustafson(double processors, double serial);

/// linear: within 5 % of p; real: less, as almost always; superlinear: more, as when the parts fit in caches.
enum class ScalingKind { linear, real, superlinear };
std::string_view to_string(ScalingKind kind) noexcept;
ScalingKind classify(double speedup, double processors);

/// A speedup measured on a number of processors.
struct SpeedupPoint {
  double processors = 1;
  double speedup = 1;
};

/// A law fitted to measured speedups by least squares.
struct LawFit {
  double serial = 0;  ///< the law's serial fraction, from 0 to 1
  double error = 0;   ///< root of the mean square of (predicted / measured - 1)
};

/// The serial fraction s that brings T(p)/T(1) = s + (1 - s)/p, or S = p - s (p - 1), nearest to the measurements.
/// Nothing without a point on more than one processor.
std::optional<LawFit> fit_amdahl(std::span<const SpeedupPoint> points);
std::optional<LawFit> fit_gustafson(std::span<const SpeedupPoint> points);

}  // namespace lockstep::bench
