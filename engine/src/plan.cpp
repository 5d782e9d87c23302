// From expressions to passes: what can run together, in which order.
#include "plan.hpp"

#include <algorithm>
#include <unordered_set>

namespace lockstep {
namespace {

/// Every reduction below the requests, each once, with those it depends on before it.
std::vector<const ExprNode*> find_reductions(std::span<const Request> requests) {
  std::vector<const ExprNode*> found;
  std::unordered_set<const ExprNode*> seen;
  const auto visit = [&](const auto& self, const ExprNode* node) -> void {
    if (node->level == 0 || !seen.insert(node).second) return;
    for (const auto& operand : node->operands)
      if (operand) self(self, operand.get());
    if (node->kind == ExprNode::Kind::reduce) found.push_back(node);
  };
  for (const Request& request : requests) visit(visit, request.value.node().get());
  return found;
}

bool is_reduction(const Request& request) {
  return request.value.node()->kind == ExprNode::Kind::reduce && !request.target.valid();
}

/// The group of this level that the item can join, or a new one.
Group& group_for(std::vector<Group>& groups, const Shape& space, const ExprNode* reduce) {
  for (Group& group : groups) {
    if (group.space != space) continue;
    if (!reduce || !group.folds || group.axes == reduce->axes) return group;
  }
  groups.push_back({space, {}, false, {}});
  return groups.back();
}

}  // namespace

bool same_view(const Array& a, const Array& b) {
  return a.storage() == b.storage() && a.offset() == b.offset() && a.dtype() == b.dtype() && a.shape() == b.shape() &&
         a.strides() == b.strides();
}

std::vector<Group> make_plan(std::span<const Request> requests) {
  std::vector<std::vector<Group>> levels;
  const auto level = [&](int n) -> std::vector<Group>& {
    if (levels.size() <= static_cast<std::size_t>(n)) levels.resize(static_cast<std::size_t>(n) + 1);
    return levels[static_cast<std::size_t>(n)];
  };
  for (const ExprNode* reduce : find_reductions(requests)) {
    const ExprNode* element = reduce->operands[0].get();
    Group& group = group_for(level(reduce->level - 1), element->shape, reduce);
    group.axes = reduce->axes;
    group.folds = true;
    group.items.push_back({element, reduce, 0, element->dtype});
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (is_reduction(requests[i])) continue;
    const ExprNode* element = requests[i].value.node().get();
    const Array& target = requests[i].target;
    const Shape& space = target.valid() ? target.shape() : element->shape;
    const DType type = target.valid() ? target.dtype() : element->dtype;
    group_for(level(element->level), space, nullptr).items.push_back({element, nullptr, i, type});
  }
  std::vector<Group> plan;
  for (std::vector<Group>& groups : levels) std::move(groups.begin(), groups.end(), std::back_inserter(plan));
  return plan;
}

}  // namespace lockstep
