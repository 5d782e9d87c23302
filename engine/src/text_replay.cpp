#include "text_replay.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "expr_node.hpp"

namespace lockstep::text {
namespace {

/// The names that a text mentions; nothing if it selects parts of arrays, whose places depend on more than their names,
/// calls algorithms, which are not in the recipe, or folds with a combination, which has its numbers built in.
std::optional<std::set<std::string_view>> mentioned(const Syntax& syntax) {
  std::set<std::string_view> names;
  for (const Node& node : syntax.nodes) {
    if (std::holds_alternative<Subscript>(node.what) || std::holds_alternative<AlgorithmCall>(node.what) ||
        std::holds_alternative<CustomFold>(node.what))
      return std::nullopt;
    if (const auto* name = std::get_if<Name>(&node.what)) names.insert(name->name);
  }
  for (const SyntaxStatement& statement : syntax.statements) names.insert(statement.name);
  return names;
}

}  // namespace

std::optional<Replay> LastCall::match(const Names& names) const {
  std::shared_ptr<const Entry> entry;
  {
    const std::lock_guard lock(mutex_);
    entry = entry_;
  }
  if (!entry || entry->slots.size() != names.size()) return std::nullopt;
  Replay replay{entry->recipe, {}};
  if (!fill(*entry, names, replay.leaves)) return std::nullopt;
  return replay;
}

bool LastCall::fill(const Entry& entry, const Names& names, Leaves& leaves) {
  leaves.arrays.assign(entry.arrays, nullptr);
  leaves.numbers.assign(entry.numbers, nullptr);
  auto slot = entry.slots.begin();
  for (const auto& [name, value] : names) {
    if (slot->name != name || !take(*slot, value, leaves)) return false;
    ++slot;
  }
  return std::none_of(entry.targets.begin(), entry.targets.end(),
                      [&](std::uint32_t target) { return overlaps_another(leaves.arrays, *leaves.arrays[target]); });
}

/// False if the value is not like that of the slot.
bool LastCall::take(const Slot& slot, const Expr& value, Leaves& leaves) {
  const ExprNode& node = *value.node();
  if (slot.kind == Slot::Kind::unused) return true;
  if (node.dtype != slot.type) return false;
  if (slot.kind == Slot::Kind::number) {
    if (node.kind != ExprNode::Kind::literal || !node.parameter || node.weak != slot.weak) return false;
    leaves.numbers[slot.leaf] = &node;
    return !slot.bits || *slot.bits == node.bits;
  }
  if (node.kind != ExprNode::Kind::array) return false;
  const Array& array = node.array;
  if (array.shape() != slot.shape || array.strides() != slot.strides) return false;
  const Array*& leaf = leaves.arrays[slot.leaf];
  if (leaf && !same_view(*leaf, array)) return false;  // names that were one array
  leaf = &array;
  return true;
}

void LastCall::keep(const Syntax& syntax, const Names& names, const Replay& replay) {
  const auto used = mentioned(syntax);
  if (!used || !replay.recipe) return;
  auto entry = std::make_shared<Entry>();
  entry->recipe = replay.recipe;
  entry->arrays = replay.leaves.arrays.size();
  entry->numbers = replay.leaves.numbers.size();
  std::vector<bool> arrays(entry->arrays), numbers(entry->numbers);
  for (const auto& [name, value] : names) {
    const auto slot = make_slot(name, value, used->contains(name), replay.leaves);
    if (!slot) return;
    if (slot->kind == Slot::Kind::array) arrays[slot->leaf] = true;
    if (slot->kind == Slot::Kind::number) numbers[slot->leaf] = true;
    entry->slots.push_back(*slot);
  }
  for (const std::vector<bool>& bound : {arrays, numbers})
    if (std::find(bound.begin(), bound.end(), false) != bound.end()) return;
  for (const Recipe::Step& step : replay.recipe->steps)
    for (std::size_t i = step.arrays; i < step.sources.size(); ++i)
      if (!step.sources[i].made) entry->targets.push_back(step.sources[i].number);
  const std::lock_guard lock(mutex_);
  entry_ = std::move(entry);
}

/// Nothing if the value is used but is no leaf: the run then depends on more than types and layouts.
std::optional<LastCall::Slot> LastCall::make_slot(const std::string& name, const Expr& value, bool used,
                                                  const Leaves& leaves) {
  const ExprNode& node = *value.node();
  Slot slot;
  slot.name = name;
  if (!used) return slot;
  slot.type = node.dtype;
  if (node.kind == ExprNode::Kind::array) {
    slot.kind = Slot::Kind::array;
    slot.leaf = static_cast<std::uint32_t>(find_view(leaves.arrays, node.array));
    slot.shape = node.array.shape();
    slot.strides = node.array.strides();
    if (slot.leaf == leaves.arrays.size()) return std::nullopt;
    return slot;
  }
  const auto found = std::find(leaves.numbers.begin(), leaves.numbers.end(), &node);
  if (found == leaves.numbers.end()) return std::nullopt;
  slot.kind = Slot::Kind::number;
  slot.leaf = static_cast<std::uint32_t>(found - leaves.numbers.begin());
  slot.weak = node.weak;
  if (is_integer(node.dtype)) slot.bits = node.bits;
  return slot;
}

}  // namespace lockstep::text
