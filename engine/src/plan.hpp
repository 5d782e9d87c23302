#pragma once

#include <unordered_map>
#include <vector>

#include "device_impl.hpp"
#include "expr_node.hpp"

namespace lockstep {

/// Something that a pass computes: the elements of an expression, or a fold of them.
struct Item {
  const ExprNode* element = nullptr;  ///< what is computed for each element
  const ExprNode* reduce = nullptr;   ///< the reduction that folds it; null if the elements are stored
  std::size_t request = 0;            ///< stored elements: whose they are
  DType type = DType::f32;            ///< stored elements: as what
};

/// Items over one iteration space, computed in one pass over memory.
struct Group {
  Shape space;
  std::vector<int> axes;  ///< those that folds run over; empty if there are only stores
  bool folds = false;
  std::vector<Item> items;
};

/// True for the same elements, in the same shape.
bool same_view(const Array& a, const Array& b);

/// Groups in the order in which they run: a reduction that others use comes before them.
std::vector<Group> make_plan(std::span<const Request> requests);

/// Results of the reductions evaluated so far, for the passes that read them.
using Reduced = std::unordered_map<const ExprNode*, Array>;

/// The program of a group, and what its operands are.
struct GroupProgram {
  Program program;
  std::vector<Array> arrays;            ///< behind each array operand
  std::vector<Operand> array_operands;  ///< laid over the axes of the space; buffers are set
  std::vector<Operand> index_operands;
  std::vector<std::uint64_t> scalars;
  std::vector<const ExprNode*> scalar_nodes;  ///< the number behind each scalar
};
GroupProgram make_program(const Group& group, const Reduced& reduced);

/// Strides of `array` over the axes of `space` it is broadcast to.
Operand lay_over(const Array& array, const Shape& space);

/// Turns operands laid over the axes of `group.space` into those of a pass: kept axes first, folded ones last,
/// neighbours merged where all operands allow it. `operands` are rewritten in place.
struct Dimensions {
  int rank = 0;
  int outer_rank = 0;
  std::array<std::uint64_t, kMaxRank> extents{};
};
Dimensions make_dimensions(const Group& group, std::span<Operand* const> operands);

}  // namespace lockstep
