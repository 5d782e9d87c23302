#include "float_ranges.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "fused.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// What the ends of a sum or product are widened by, to stay outside all roundings.
constexpr double kSlack = 1e-6;

double value_of(const Node& constant) {
  if (constant.type == DType::f64) {
    double value;
    std::memcpy(&value, &constant.bits, sizeof value);
    return value;
  }
  float value;
  std::memcpy(&value, &constant.bits, sizeof value);
  return value;
}

double most_of(DType type) {
  return type == DType::f32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
}

}  // namespace

bool FloatRanges::Range::is_finite() const { return !may_be_nan && low > -kInfinity && high < kInfinity; }

FloatRanges::Range FloatRanges::anything() { return {-kInfinity, kInfinity, true}; }

FloatRanges::FloatRanges(const Program& program, const Schedule& schedule)
    : nodes_(program.nodes), ranges_(nodes_.size(), anything()), takes_nan_(nodes_.size()) {
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) look_at(n);
  look_at(schedule);
}

void FloatRanges::look_at(std::uint32_t node) {
  takes_nan_[node] = ranges_[nodes_[node].args[0]].may_be_nan;
  ranges_[node] = range_of(node);
}

void FloatRanges::look_at(const Schedule& steps) {
  for (const Step& step : steps) {
    if (!step.guard) {
      look_at(step.node);
      continue;
    }
    std::vector<Known> before;
    assume(step.guard->condition, step.guard->when, before);
    look_at(step.guard->steps);
    for (auto known = before.rbegin(); known != before.rend(); ++known) ranges_[known->node] = known->range;
  }
}

void FloatRanges::assume(std::uint32_t condition, bool when, std::vector<Known>& before) {
  const Node& node = nodes_[condition];
  if (node.op == Op::bit_not) return assume(node.args[0], !when, before);
  if (!when) return;
  if (node.op == Op::bit_and) {
    for (const int a : {0, 1}) assume(node.args[static_cast<std::size_t>(a)], true, before);
  } else if ((node.op == Op::lt || node.op == Op::le) && is_floating(nodes_[node.args[0]].type)) {
    const Range a = ranges_[node.args[0]], b = ranges_[node.args[1]];
    narrow(node.args[0], -kInfinity, b.high, before);
    narrow(node.args[1], a.low, kInfinity, before);
  }
}

void FloatRanges::narrow(std::uint32_t node, double low, double high, std::vector<Known>& before) {
  Range& range = ranges_[node];
  before.push_back({node, range});
  range = {std::max(range.low, low), std::min(range.high, high), false};
  if (nodes_[node].op == Op::abs) narrow(nodes_[node].args[0], -high, high, before);
}

FloatRanges::Range FloatRanges::add(const Range& a, const Range& b) {
  if (!a.is_finite() || !b.is_finite()) return anything();
  const double slack = kSlack * std::max({std::abs(a.low), std::abs(a.high), std::abs(b.low), std::abs(b.high)});
  return {a.low + b.low - slack, a.high + b.high + slack, false};
}

FloatRanges::Range FloatRanges::multiply(const Range& a, const Range& b) {
  if (!a.is_finite() || !b.is_finite()) return anything();
  const auto [low, high] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  const double slack = kSlack * std::max(std::abs(low), std::abs(high));
  return {low - slack, high + slack, false};
}

/// If either is NaN it is `second`; else the one of the two.
FloatRanges::Range FloatRanges::extreme(bool is_max, const Range& first, const Range& second) {
  Range r{std::min(first.low, second.low), std::max(first.high, second.high), second.may_be_nan};
  if (is_max)
    r.low = first.may_be_nan ? second.low : std::max(first.low, second.low);
  else
    r.high = first.may_be_nan ? second.high : std::min(first.high, second.high);
  return r;
}

/// What may overflow may be infinite, and what comes of that NaN.
FloatRanges::Range FloatRanges::range_of(std::uint32_t n) const {
  if (!is_floating(nodes_[n].type)) return anything();
  const Range r = exact_range_of(n);
  const double most = most_of(nodes_[n].type) / 2;
  return {r.low < -most ? -kInfinity : r.low, r.high > most ? kInfinity : r.high, r.may_be_nan};
}

FloatRanges::Range FloatRanges::exact_range_of(std::uint32_t n) const {
  const Node& node = nodes_[n];
  const Range &a = ranges_[node.args[0]], &b = ranges_[node.args[1]], &c = ranges_[node.args[2]];
  switch (node.op) {
    case Op::constant: {
      const double value = value_of(node);
      return std::isnan(value) ? anything() : Range{value, value, false};
    }
    case Op::add:
      return add(a, b);
    case Op::sub:
      return add(a, minus(b));
    case Op::mul:
      return multiply(a, b);
    case Op::fma: {
      const SignedFma fma = take_signs(nodes_, node);
      const Range product = multiply(ranges_[fma.a], ranges_[fma.b]);
      return add(fma.minus_product ? minus(product) : product, fma.minus_c ? minus(ranges_[fma.c]) : ranges_[fma.c]);
    }
    case Op::neg:
      return minus(a);
    case Op::abs:
      return {0, std::max(std::abs(a.low), std::abs(a.high)), a.may_be_nan};
    case Op::select: {
      if (const auto found = find_extreme(nodes_, n))
        return extreme(found->is_max, ranges_[found->first], ranges_[found->second]);
      return {std::min(b.low, c.low), std::max(b.high, c.high), b.may_be_nan || c.may_be_nan};
    }
    case Op::cast:
      // Of any whole number, with a sign or without.
      return is_floating(nodes_[node.args[0]].type) ? a : Range{-0x1p63, 0x1p64, false};
    default:
      return anything();
  }
}

}  // namespace lockstep::cpu::jit
