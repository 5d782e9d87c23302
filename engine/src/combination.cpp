// Folds with combinations of the user's own: from an expression of two stand-ins to the nodes that backends run.
#include "combination.hpp"

#include <unordered_map>

#include "builder.hpp"
#include "expr_node.hpp"
#include "fold.hpp"
#include "lowering.hpp"
#include "require.hpp"
#include "typing.hpp"

namespace lockstep {
namespace {

class Writer {
 public:
  /// Recursion is bounded by the depth of expressions.
  Value value(const ExprNode& node) {
    const auto known = values_.find(&node);
    if (known != values_.end()) return known->second;
    const Value v = write(node);
    values_.emplace(&node, v);
    return v;
  }

  Combine finish(Value result) && {
    builder_.output(result, Fold::store);
    const DType type = builder_.type(result);
    Program program = std::move(builder_).finish();
    return {type, std::move(program.nodes), program.outputs.front().node};
  }

 private:
  Value value_as(const ExprNode& node, DType type) {
    if (node.kind == ExprNode::Kind::literal) return builder_.constant(type, convert_literal(node, type));
    return builder_.cast(value(node), type);
  }

  Value write(const ExprNode& node) {
    switch (node.kind) {
      case ExprNode::Kind::argument:
        return builder_.scalar(static_cast<std::uint32_t>(node.axis), node.dtype);
      case ExprNode::Kind::literal:
        return builder_.constant(node.dtype, node.bits);
      case ExprNode::Kind::cast:
        return value_as(*node.operands[0], node.dtype);
      case ExprNode::Kind::call: {
        std::array<Value, 3> operands{};
        const auto n = static_cast<std::size_t>(arity(node));
        for (std::size_t i = 0; i < n; ++i) operands[i] = value_as(*node.operands[i], node.operand_types[i]);
        return lower(node.function, builder_, std::span(operands.data(), n));
      }
      default:
        fail(Code::bad_argument,
             "a combination is made of its two operands and numbers, not of arrays, indices or reductions\n"
             "Compute with those before: reduce(a, b: ..., x*y).");
    }
  }

  Builder builder_;
  std::unordered_map<const ExprNode*, Value> values_;
};

}  // namespace

Expr combination_argument(int which, DType type) {
  ExprNode node;
  node.kind = ExprNode::Kind::argument;
  node.axis = which;
  node.dtype = type;
  return Expr(std::make_shared<const ExprNode>(std::move(node)));
}

Expr reduce_with(const Expr& body, const Expr& input, const Axes& axes, bool keepdims,
                 const std::optional<Expr>& identity) {
  const Expr x = cast(input, input.dtype());
  const DType type = x.dtype();
  // A number alone adapts to the elements' type, as everywhere.
  const Expr result = body.is_weak() ? cast(body, type) : body;
  require(result.dtype() == type, Code::bad_type,
          "a combination of {0} must give {0}, but this one gives {1}\n"
          "Convert its result, {0}(...), or the elements before, {1}(x).",
          to_string(type), to_string(result.dtype()));
  Writer writer;
  auto combine = std::make_shared<const Combine>([&] {
    const Value v = writer.value(*result.node());
    return std::move(writer).finish(v);
  }());
  std::uint64_t bits = 0;
  if (identity) {
    const ExprNode& number = *identity->node();
    require(number.kind == ExprNode::Kind::literal, Code::bad_argument, "the identity of a reduction must be a number");
    require(number.weak ? is_floating(type) || !is_floating(number.dtype) : same_kind(number.dtype, type),
            Code::bad_type, "the identity is {}, which is not converted to {} by itself", to_string(number.dtype),
            to_string(type));
    bits = convert_literal(number, type);
  }
  std::vector<int> list = folded_axes(axes, x.rank());
  require(identity || folded_size(x.shape(), list) != 0, Code::bad_shape,
          "a reduction of no elements without an identity has no value: shape {}\nGive identity=.", x.shape());
  return make_fold(Fold::custom, x, std::move(list), keepdims, std::move(combine), bits);
}

Expr reduce(const Combination& combination, const Expr& x, const Axes& axes, bool keepdims,
            const std::optional<Expr>& identity) {
  require(static_cast<bool>(combination), Code::bad_argument, "a reduction was given no combination");
  const DType type = x.dtype();
  return reduce_with(combination(combination_argument(0, type), combination_argument(1, type)), x, axes, keepdims,
                     identity);
}

}  // namespace lockstep
