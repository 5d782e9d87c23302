#include "lockstep/evaluate.hpp"

#include <optional>

#include "expr_node.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

const Array* any_array(const ExprNode& node) {
  if (node.kind == ExprNode::Kind::array) return &node.array;
  for (const auto& operand : node.operands)
    if (operand)
      if (const Array* found = any_array(*operand)) return found;
  return nullptr;
}

}  // namespace

std::vector<Array> evaluate(std::span<const Expr> values) {
  for (const Expr& value : values)
    if (const Array* array = any_array(*value.node())) return array->device().evaluate(values);
  require(values.empty(), Code::bad_argument,
          "no array says on which device to evaluate\nUse Device::evaluate for expressions without arrays.");
  return {};
}

}  // namespace lockstep
