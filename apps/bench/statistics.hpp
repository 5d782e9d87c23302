#pragma once

#include <span>
#include <vector>

namespace lockstep::bench {

/// What is told of a set of samples.
struct Summary {
  double median = 0;
  double low = 0, high = 0;  ///< the quartiles
  /// Half the width of the quartiles as a part of the median.
  double spread() const { return median > 0 ? (high - low) / 2 / median : 0; }
};

/// The value below which the part `q` of the samples lies, between neighbours by straight line. Not for no samples.
double quantile(std::vector<double> samples, double q);
Summary summarize(std::span<const double> samples);

/// True if the median is known: its interval of 95 % confidence, from the order of the samples alone, is no wider than
/// `tolerance` of it to either side.
bool is_stable(std::span<const double> samples, double tolerance);

/// The probability that two sets of samples of one and the same distribution differ in rank as much as these,
/// two-sided: the test of Mann and Whitney, by its normal approximation with corrections for ties and continuity. 1 if
/// either is empty. Source: H. Mann, D. Whitney, Annals of Mathematical Statistics 18(1), 1947.
double rank_test(std::span<const double> a, std::span<const double> b);

}  // namespace lockstep::bench
