#pragma once

#include <algorithm>
#include <cstdint>

namespace lockstep::particles {

/// How many steps to do per launch, so that a launch takes about 50 ms: short enough to stop and to show progress, long
/// enough that launching costs nothing. Learned from the launches done; results never depend on it.
class BatchSize {
 public:
  explicit BatchSize(std::uint64_t particles)
      : steps_(std::max<std::int64_t>(1, kFirst / static_cast<std::int64_t>(std::max<std::uint64_t>(particles, 1)))) {}

  std::int64_t steps() const noexcept { return steps_; }

  /// A launch of `steps` took `seconds`. A launch cut short by the end of a run says less, but is no lie.
  void learn(std::int64_t steps, double seconds) noexcept {
    const double fitting = seconds > 0 ? static_cast<double>(steps) * (kSeconds / seconds) : kMost;
    const double now = static_cast<double>(steps_);
    steps_ =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(std::clamp(fitting, now / 4, std::min(now * 4, kMost))));
  }

 private:
  static constexpr double kSeconds = 0.05;
  static constexpr double kMost = 0x1p40;
  static constexpr std::int64_t kFirst = 1 << 22;  // particle-steps: milliseconds on a CPU

  std::int64_t steps_;
};

}  // namespace lockstep::particles
