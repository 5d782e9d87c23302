#include <algorithm>
#include <set>
#include <utility>

#include "lockstep/text.hpp"
#include "text_builder.hpp"
#include "text_replay.hpp"

namespace lockstep {
namespace {

/// The arrays that a text assigns to, with what they get: the last value, in the order of the statements.
std::vector<Assignment> assignments_of(const std::vector<Statement>& statements, const Names& names) {
  std::set<std::string_view> seen;
  std::vector<Assignment> assignments;
  for (auto it = statements.rbegin(); it != statements.rend(); ++it) {
    const Array* target = text::array_named(names, it->name);
    if (target && seen.insert(it->name).second) assignments.push_back({*target, it->value});
  }
  std::reverse(assignments.begin(), assignments.end());
  return assignments;
}

}  // namespace

TextKernel::TextKernel(Device device, std::string text)
    : device_(std::move(device)),
      syntax_(text::read_syntax(std::move(text))),
      last_(std::make_shared<text::LastCall>()) {}

std::vector<Array> TextKernel::operator()(const Names& names) const {
  Device::Impl& device = *device_.impl();
  if (const auto replay = last_->match(names); replay && replay->is_on(device))
    if (auto results = device.try_follow(*device.queue, *replay->recipe, replay->leaves)) return *std::move(results);
  const std::vector<Statement> statements = text::build(*syntax_, names, text::Binding::store, &device_);
  std::vector<Expr> values;
  for (const Statement& statement : statements)
    if (!text::array_named(names, statement.name)) values.push_back(statement.value);
  const std::vector<Assignment> assignments = assignments_of(statements, names);
  Replay replay;
  std::vector<Array> results = device.run(*device.queue, assignments, values, &replay);
  last_->keep(*syntax_, names, replay);
  return results;
}

TextKernel Device::kernel(std::string text) const { return TextKernel(*this, std::move(text)); }

}  // namespace lockstep
