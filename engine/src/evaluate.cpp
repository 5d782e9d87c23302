#include "lockstep/evaluate.hpp"

#include <unordered_set>

#include "expr_node.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

/// The first operand of the first operand and so on, which is an array most often.
const Array* first_leaf(const ExprNode& node) {
  const ExprNode* leaf = &node;
  while (leaf->operands[0]) leaf = leaf->operands[0].get();
  return leaf->kind == ExprNode::Kind::array ? &leaf->array : nullptr;
}

/// Each node is looked at once: an expression that shares its parts has far more paths than nodes.
const Array* any_array(const ExprNode& node, std::unordered_set<const ExprNode*>& seen) {
  if (node.kind == ExprNode::Kind::array) return &node.array;
  if (!seen.insert(&node).second) return nullptr;
  for (const auto& operand : node.operands)
    if (operand)
      if (const Array* found = any_array(*operand, seen)) return found;
  return nullptr;
}

}  // namespace

const Array* any_array(std::span<const Expr> values) {
  if (!values.empty())
    if (const Array* array = first_leaf(*values.front().node())) return array;
  std::unordered_set<const ExprNode*> seen;
  for (const Expr& value : values)
    if (const Array* array = any_array(*value.node(), seen)) return array;
  return nullptr;
}

std::vector<Array> evaluate(std::span<const Expr> values) {
  if (const Array* array = any_array(values)) return array->device().evaluate(values);
  require(values.empty(), Code::bad_argument,
          "no array says on which device to evaluate\nUse Device::evaluate for expressions without arrays.");
  return {};
}

}  // namespace lockstep
