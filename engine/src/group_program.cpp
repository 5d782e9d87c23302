// The program of a group of expressions, and the operands it reads.
#include <algorithm>
#include <numeric>

#include "builder.hpp"
#include "lowering.hpp"
#include "plan.hpp"
#include "require.hpp"
#include "typing.hpp"

namespace lockstep {
namespace {

class Writer {
 public:
  Writer(const Shape& space, const Reduced& reduced) : space_(space), reduced_(reduced) {}

  /// The value of `node` for each element of the space. Recursion is bounded by the depth of expressions.
  Value value(const ExprNode& node) {
    const auto known = values_.find(&node);
    if (known != values_.end()) return known->second;
    const Value v = write(node);
    values_.emplace(&node, v);
    return v;
  }
  Value value_as(const ExprNode& node, DType type) {
    return node.kind == ExprNode::Kind::literal ? literal(node, type) : builder_.cast(value(node), type);
  }
  void output(Value v, const ExprNode* reduce) {
    if (reduce && reduce->combine)
      builder_.output(v, *reduce->combine);
    else
      builder_.output(v, reduce ? reduce->fold : Fold::store);
  }

  GroupProgram finish() && {
    Program& p = builder_.program();
    for (const Array& a : result_.arrays) p.arrays.push_back(a.dtype());
    p.indices = static_cast<std::uint32_t>(result_.index_operands.size());
    p.scalars = scalar_types_;
    result_.program = std::move(builder_).finish();
    return std::move(result_);
  }

 private:
  Value write(const ExprNode& node) {
    switch (node.kind) {
      case ExprNode::Kind::array:
        return load(node.array);
      case ExprNode::Kind::literal:
        return literal(node, node.dtype);
      case ExprNode::Kind::index:
        return index(node);
      case ExprNode::Kind::cast:
        return value_as(*node.operands[0], node.dtype);
      case ExprNode::Kind::broadcast:
        return value(*node.operands[0]);
      case ExprNode::Kind::reduce:
        return load(reduced_.at(&node));
      case ExprNode::Kind::host:
        fail(Code::bad_argument,
             "an operand of shape {} lies in host memory\nUse evaluate_chunked, or copy it to the device first.",
             node.shape);
      case ExprNode::Kind::argument:
        fail(Code::bad_argument, "an operand of a combination is used outside of it");
      case ExprNode::Kind::call:
        break;
    }
    std::array<Value, 3> operands{};
    const auto n = static_cast<std::size_t>(arity(node));
    for (std::size_t i = 0; i < n; ++i) operands[i] = value_as(*node.operands[i], node.operand_types[i]);
    return lower(node.function, builder_, std::span(operands.data(), n));
  }

  Value load(const Array& array) {
    std::size_t i = 0;
    while (i < result_.arrays.size() && !same_view(result_.arrays[i], array)) ++i;
    if (i == result_.arrays.size()) {
      result_.arrays.push_back(array);
      result_.array_operands.push_back(lay_over(array, space_));
    }
    return builder_.load(static_cast<std::uint32_t>(i), array.dtype());
  }

  Value literal(const ExprNode& node, DType type) {
    const std::uint64_t bits = convert_literal(node, type);
    if (!node.parameter) return builder_.constant(type, bits);
    for (std::size_t i = 0; i < result_.scalar_nodes.size(); ++i)
      if (result_.scalar_nodes[i] == &node && scalar_types_[i] == type)
        return builder_.scalar(static_cast<std::uint32_t>(i), type);
    result_.scalar_nodes.push_back(&node);
    scalar_types_.push_back(type);
    result_.scalars.push_back(bits);
    return builder_.scalar(static_cast<std::uint32_t>(result_.scalars.size() - 1), type);
  }

  Value index(const ExprNode& node) {
    Operand operand;
    const int rank = space_.rank();
    if (node.flat) {
      operand.strides = row_major(space_);
    } else if (node.open) {
      require(node.axis >= -rank && node.axis < rank, Code::bad_shape,
              "index({}) has no such axis: it is evaluated over shape {}\n"
              "index takes its shape from the arrays beside it; arange(n) has one of its own.",
              node.axis, space_);
      operand.strides[static_cast<std::size_t>(normalize_axis(node.axis, rank))] = 1;
    } else if (node.shape[0] != 1) {
      operand.strides[static_cast<std::size_t>(rank - 1)] = 1;
    }
    std::size_t i = 0;
    while (i < result_.index_operands.size() && result_.index_operands[i].strides != operand.strides) ++i;
    if (i == result_.index_operands.size()) result_.index_operands.push_back(operand);
    return builder_.index(static_cast<std::uint32_t>(i));
  }

  Shape space_;
  const Reduced& reduced_;
  Builder builder_;
  GroupProgram result_;
  std::unordered_map<const ExprNode*, Value> values_;
  std::vector<DType> scalar_types_;
};

}  // namespace

GroupProgram make_program(const Group& group, const Reduced& reduced) {
  Writer writer(group.space, reduced);
  for (const Item& item : group.items) writer.output(writer.value_as(*item.element, item.type), item.reduce);
  return std::move(writer).finish();
}

Operand lay_over(const Array& array, const Shape& space) {
  Operand operand{nullptr, array.offset(), {}};
  const int shift = space.rank() - array.rank();
  for (int d = 0; d < array.rank(); ++d)
    if (array.shape()[d] != 1)
      operand.strides[static_cast<std::size_t>(d + shift)] = array.strides()[static_cast<std::size_t>(d)];
  return operand;
}

Dimensions make_dimensions(const Group& group, std::span<Operand* const> operands) {
  const auto folded = [&](int d) { return std::binary_search(group.axes.begin(), group.axes.end(), d); };
  std::array<int, kMaxRank> order{};
  std::iota(order.begin(), order.end(), 0);
  const auto end = order.begin() + group.space.rank();
  std::stable_partition(order.begin(), end, [&](int d) { return !folded(d) && group.folds; });

  Dimensions dims;
  std::vector<Strides> strides(operands.size());
  for (auto it = order.begin(); it != end; ++it) {
    const int d = *it;
    const std::uint64_t extent = group.space[d];
    if (extent == 1) continue;
    const bool outer = group.folds && !folded(d);
    const bool same_side = dims.rank > 0 && (outer || dims.rank > dims.outer_rank);
    const auto last = static_cast<std::size_t>(dims.rank - 1);
    bool merges = same_side;
    for (std::size_t i = 0; merges && i < operands.size(); ++i)
      merges =
          strides[i][last] == operands[i]->strides[static_cast<std::size_t>(d)] * static_cast<std::int64_t>(extent);
    const std::size_t place = merges ? last : static_cast<std::size_t>(dims.rank);
    dims.extents[place] = merges ? dims.extents[place] * extent : extent;
    for (std::size_t i = 0; i < operands.size(); ++i)
      strides[i][place] = operands[i]->strides[static_cast<std::size_t>(d)];
    if (!merges) {
      ++dims.rank;
      if (outer) ++dims.outer_rank;
    }
  }
  for (std::size_t i = 0; i < operands.size(); ++i) operands[i]->strides = strides[i];
  return dims;
}

}  // namespace lockstep
