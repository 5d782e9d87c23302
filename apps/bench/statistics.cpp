#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lockstep::bench {

double quantile(std::vector<double> samples, double q) {
  std::sort(samples.begin(), samples.end());
  const double place = q * static_cast<double>(samples.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, samples.size() - 1);
  return samples[below] + (place - static_cast<double>(below)) * (samples[above] - samples[below]);
}

Summary summarize(std::span<const double> samples) {
  if (samples.empty()) return {};
  const std::vector<double> all(samples.begin(), samples.end());
  return {quantile(all, 0.5), quantile(all, 0.25), quantile(all, 0.75)};
}

bool is_stable(std::span<const double> samples, double tolerance) {
  // Below the median lie n/2 of n samples, give or take 1.96 standard deviations of sqrt(n)/2 each.
  const double n = static_cast<double>(samples.size()), reach = 0.98 * std::sqrt(n);
  const double from = std::floor(n / 2 - reach), to = std::ceil(n / 2 + reach) - 1;
  if (from < 0 || to > n - 1) return false;
  std::vector<double> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  const double median = summarize(sorted).median;
  return sorted[static_cast<std::size_t>(to)] - median <= tolerance * median &&
         median - sorted[static_cast<std::size_t>(from)] <= tolerance * median;
}

double rank_test(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 1;
  std::vector<std::pair<double, bool>> all;  // value, is of a
  for (const double v : a) all.emplace_back(v, true);
  for (const double v : b) all.emplace_back(v, false);
  std::sort(all.begin(), all.end());
  double ranks_of_a = 0, ties = 0;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && all[end].first == all[i].first) ++end;
    const double equal = static_cast<double>(end - i);
    const double rank = (static_cast<double>(i) + static_cast<double>(end) + 1) / 2;
    for (std::size_t k = i; k < end; ++k) ranks_of_a += all[k].second ? rank : 0;
    ties += equal * equal * equal - equal;
    i = end;
  }
  const double n = static_cast<double>(a.size()), m = static_cast<double>(b.size()), both = n + m;
  const double u = ranks_of_a - n * (n + 1) / 2;
  const double variance = n * m / 12 * (both + 1 - ties / (both * (both - 1)));
  if (!(variance > 0)) return 1;
  const double z = std::max(0.0, std::abs(u - n * m / 2) - 0.5) / std::sqrt(variance);
  return std::erfc(z / std::sqrt(2.0));
}

}  // namespace lockstep::bench
