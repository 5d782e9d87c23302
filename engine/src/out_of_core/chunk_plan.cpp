#include "out_of_core/chunk_plan.hpp"

#include <algorithm>
#include <bit>
#include <unordered_set>

#include "require.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kUnit = 1024;

class Finder {
 public:
  Finder(const Shape& space, HostLeaves& leaves) : space_(space), leaves_(leaves) {}

  /// Recursion is bounded by the depth of expressions.
  void visit(const ExprNode& node) {
    if (!seen_.insert(&node).second) return;
    if (node.kind == ExprNode::Kind::host) add(*node.host);
    const bool leaf = node.kind == ExprNode::Kind::array || node.kind == ExprNode::Kind::reduce;
    const bool knows_axes = (node.kind == ExprNode::Kind::index && !node.flat) ||
                            (node.kind == ExprNode::Kind::broadcast && node.shape != space_);
    if ((leaf && node.shape.size() != 1) || knows_axes) leaves_.flat = false;
    if (node.kind == ExprNode::Kind::reduce) return;
    for (const auto& operand : node.operands)
      if (operand) visit(*operand);
  }

 private:
  void add(const HostArray& host) {
    if (host.shape() != space_) leaves_.flat = false;
    for (const HostArray* known : leaves_.hosts)
      if (known->data() == host.data() && known->dtype() == host.dtype() && known->shape() == host.shape()) return;
    leaves_.hosts.push_back(&host);
  }

  const Shape& space_;
  HostLeaves& leaves_;
  std::unordered_set<const ExprNode*> seen_;
};

bool folds_all(const Group& group) { return static_cast<int>(group.axes.size()) == group.space.rank(); }
bool folds_first(const Group& group) { return group.folds && !group.axes.empty() && group.axes.front() == 0; }

/// Bytes that a place along the cut axis takes, at least 1.
std::uint64_t bytes_of_place(const Group& group, const HostLeaves& leaves, bool flat) {
  const std::uint64_t places = flat ? group.space.size() : group.space[0];
  std::uint64_t bytes = 0;
  for (const HostArray* host : leaves.hosts)
    if (flat || (host->shape().rank() == group.space.rank() && host->shape()[0] != 1)) bytes += host->bytes() / places;
  for (const Item& item : group.items)
    if (!item.reduce) bytes += group.space.size() / places * size_of(item.type);
  return std::max<std::uint64_t>(bytes, 1);
}

}  // namespace

HostLeaves leaves_of(const Group& group) {
  HostLeaves leaves;
  Finder finder(group.space, leaves);
  for (const Item& item : group.items) finder.visit(*item.element);
  return leaves;
}

ChunkPlan cut(const Group& group, const HostLeaves& leaves, std::uint64_t bytes) {
  ChunkPlan plan;
  const Shape& space = group.space;
  if (space.rank() == 0 || space.size() == 0 || leaves.hosts.empty()) {
    plan.length = plan.step = space.rank() == 0 ? 1 : space[0];
    return plan;
  }
  plan.flat = space.rank() > 1 && leaves.flat && (!group.folds || folds_all(group));
  plan.length = plan.flat ? space.size() : space[0];
  plan.step = std::clamp<std::uint64_t>(bytes / bytes_of_place(group, leaves, plan.flat), 1, plan.length);
  if (!plan.flat && folds_first(group))
    for (const int axis : group.axes)
      if (axis != 0) plan.weight *= space[axis];
  const bool folds = plan.flat ? group.folds : folds_first(group);
  if (!folds || plan.step == plan.length) return plan;
  require(
      std::has_single_bit(plan.weight), Code::unsupported,
      "a reduction over the first axis and others of shape {} cannot be made in parts: {} elements at a place of the "
      "first axis are no power of two, and the order of the additions has 1024 at a time\n"
      "Allow more memory, or reduce over the other axes first.",
      to_string(space), plan.weight);
  const std::uint64_t least = std::max<std::uint64_t>(1, kUnit / plan.weight);
  plan.step = std::max(least, std::bit_floor(plan.step));
  plan.joins = plan.step < plan.length;
  return plan;
}

}  // namespace lockstep
