#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/program.hpp"
#include "lockstep/schedule.hpp"

namespace lockstep::cpu::jit {

/// Between which ends a program's floats lie, as far as it is known before it runs. A float that is never NaN needs no
/// check before its bits are looked at, as the mathematical functions do.
class FloatRanges {
 public:
  /// Values under a guard matter only where its condition holds, which says more of them.
  FloatRanges(const Program& program, const Schedule& schedule);

  /// Whether the operand of an operation on a float may be NaN where the operation's value matters.
  bool takes_nan(std::uint32_t node) const { return takes_nan_[node]; }

 private:
  struct Range {
    double low, high;
    bool may_be_nan;

    bool is_finite() const;
  };
  /// What was known before.
  struct Known {
    std::uint32_t node;
    Range range;
  };

  static Range anything();
  static Range minus(const Range& a) { return {-a.high, -a.low, a.may_be_nan}; }
  static Range add(const Range& a, const Range& b);
  static Range multiply(const Range& a, const Range& b);
  static Range extreme(bool is_max, const Range& first, const Range& second);

  void look_at(const Schedule& steps);
  void look_at(std::uint32_t node);
  Range range_of(std::uint32_t node) const;
  Range exact_range_of(std::uint32_t node) const;
  /// Takes note of what a condition says where it is `when`.
  void assume(std::uint32_t condition, bool when, std::vector<Known>& before);
  void narrow(std::uint32_t node, double low, double high, std::vector<Known>& before);

  const std::vector<Node>& nodes_;
  std::vector<Range> ranges_;
  std::vector<bool> takes_nan_;
};

}  // namespace lockstep::cpu::jit
