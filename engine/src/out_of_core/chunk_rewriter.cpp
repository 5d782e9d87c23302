#include "out_of_core/chunk_rewriter.hpp"

#include "require.hpp"

namespace lockstep {

ChunkRewriter::ChunkRewriter(const Group& group, const ChunkPlan& plan, std::uint64_t begin, std::uint64_t end,
                             const Uploads& uploads, const Reduced& reduced)
    : space_(group.space), plan_(plan), begin_(begin), end_(end), uploads_(uploads), reduced_(reduced) {}

Expr ChunkRewriter::operator()(const ExprNode& node) {
  const auto found = known_.find(&node);
  if (found != known_.end()) return found->second;
  Expr value = rewrite(node);
  known_.emplace(&node, value);
  return value;
}

/// True if the part has fewer elements of an operand of this shape.
bool ChunkRewriter::is_cut(const Shape& shape) const {
  if (plan_.flat) return shape == space_;
  return space_.rank() > 0 && shape.rank() == space_.rank() && shape[0] == space_[0] && shape[0] != 1;
}

Shape ChunkRewriter::shape_of_part(const Shape& shape) const {
  if (!is_cut(shape)) return shape;
  if (plan_.flat) return Shape{end_ - begin_};
  std::vector<std::uint64_t> extents(shape.extents().begin(), shape.extents().end());
  extents[0] = end_ - begin_;
  return Shape(extents);
}

Array ChunkRewriter::part_of(const Array& array) const {
  if (!is_cut(array.shape())) return plan_.flat ? array.reshape({}) : array;
  const Array rows = plan_.flat ? array.reshape(Shape{array.size()}) : array;
  return rows.slice({Slice{static_cast<std::int64_t>(begin_), static_cast<std::int64_t>(end_)}});
}

Expr ChunkRewriter::index(const ExprNode& node) const {
  const std::uint64_t row =
      plan_.flat || space_.rank() == 0 ? 1 : space_.size() / std::max<std::uint64_t>(space_[0], 1);
  if (node.flat) return begin_ == 0 ? position() : position() + begin_ * row;
  if (node.open) {
    const bool first = space_.rank() > 0 && (node.axis == 0 || node.axis == -space_.rank());
    return first && begin_ != 0 ? lockstep::index(node.axis) + begin_ : lockstep::index(node.axis);
  }
  return is_cut(node.shape) ? arange(end_ - begin_) + begin_ : arange(node.shape[0]);
}

Expr ChunkRewriter::rewrite(const ExprNode& node) {
  switch (node.kind) {
    case ExprNode::Kind::array:
      return part_of(node.array);
    case ExprNode::Kind::reduce:
      return part_of(reduced_.at(&node));
    case ExprNode::Kind::host:
      for (const auto& [host, array] : uploads_.at(node.host->data()))
        if (host->shape() == node.shape && host->dtype() == node.dtype) return array;
      fail(Code::bad_argument, "an operand in host memory was not uploaded");
    case ExprNode::Kind::literal:
      return Expr(std::make_shared<const ExprNode>(node));
    case ExprNode::Kind::index:
      return index(node);
    case ExprNode::Kind::cast:
      return cast((*this)(*node.operands[0]), node.dtype);
    case ExprNode::Kind::broadcast:
      return broadcast_to((*this)(*node.operands[0]), shape_of_part(node.shape));
    case ExprNode::Kind::argument:
    case ExprNode::Kind::call:
      break;
  }
  std::vector<Expr> operands;
  for (int i = 0; i < arity(node); ++i) operands.push_back((*this)(*node.operands[static_cast<std::size_t>(i)]));
  return call(node.function, operands);
}

}  // namespace lockstep
