#include "backends/common/plans.hpp"

#include <algorithm>

namespace lockstep::text {
namespace {

// The first operand that lies in the same buffer.
std::uint64_t first_in(const Buffer* buffer, const Pass& pass) {
  std::uint64_t i = 0;
  for (const auto list : {pass.arrays, pass.outputs})
    for (const Operand& operand : list) {
      if (operand.buffer == buffer) return i;
      ++i;
    }
  return i;
}

}  // namespace

Plan make_plan(const Program& program, const Layout& layout, std::size_t variant, const Pass& pass,
               std::uint64_t compute_units) {
  Plan plan;
  plan.variant = variant;
  plan.work = make_work(layout, pass, compute_units);
  plan.numbers = geometry_values(program, layout, Stage::run, pass, plan.work);
  if (!is_fold(layout.family)) return plan;
  plan.partial_bytes = make_partials(program, plan.work).bytes;
  if (plan.work.chunks > 1) plan.finish_numbers = geometry_values(program, layout, Stage::finish, pass, plan.work);
  return plan;
}

// Strides beyond the rank decide nothing, and how many operands there are follows from the program.
void RecentPlans::read(const Pass& pass) {
  const auto rank = static_cast<std::size_t>(pass.rank);
  const std::size_t operands = pass.arrays.size() + pass.indices.size() + pass.outputs.size();
  key_.resize(1 + rank + operands * (2 + rank));
  auto to = key_.begin();
  *to++ = static_cast<std::uint64_t>(pass.rank) << 8 | static_cast<std::uint64_t>(pass.outer_rank);
  to = std::copy_n(pass.extents.begin(), rank, to);
  for (const auto list : {pass.arrays, pass.indices, pass.outputs})
    for (const Operand& operand : list) {
      *to++ = operand.buffer ? first_in(operand.buffer, pass) : 0;
      *to++ = static_cast<std::uint64_t>(operand.offset);
      to = std::copy_n(operand.strides.begin(), rank, to);
    }
}

const Plan* RecentPlans::find(const Pass& pass) {
  read(pass);
  if (last_ >= entries_.size() || entries_[last_].key != key_) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key_; });
    if (found == entries_.end()) return nullptr;
    last_ = static_cast<std::size_t>(found - entries_.begin());
  }
  entries_[last_].used = ++clock_;
  return &entries_[last_].plan;
}

const Plan& RecentPlans::add(Plan plan) {
  if (entries_.size() < kMost) {
    last_ = entries_.size();
    entries_.emplace_back();
  } else {
    const auto oldest = std::min_element(entries_.begin(), entries_.end(),
                                         [](const Entry& a, const Entry& b) { return a.used < b.used; });
    last_ = static_cast<std::size_t>(oldest - entries_.begin());
  }
  entries_[last_] = {key_, std::move(plan), ++clock_};
  return entries_[last_].plan;
}

}  // namespace lockstep::text
