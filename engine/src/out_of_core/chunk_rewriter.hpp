#pragma once

#include <unordered_map>

#include "out_of_core/chunk_plan.hpp"

namespace lockstep {

/// Where the operands of a group lie on the device for one part.
using Uploads = std::unordered_map<const std::byte*, std::vector<std::pair<const HostArray*, Array>>>;

/// Makes of a group's expressions those of the part `begin` .. `end`: operands in host memory become arrays of what was
/// uploaded, reductions their results, indices begin where the part does.
class ChunkRewriter {
 public:
  ChunkRewriter(const Group& group, const ChunkPlan& plan, std::uint64_t begin, std::uint64_t end,
                const Uploads& uploads, const Reduced& reduced);

  Expr operator()(const ExprNode& node);
  /// The part of an array that lies along the space, such as a result.
  Array part_of(const Array& array) const;

 private:
  Expr rewrite(const ExprNode& node);
  Expr index(const ExprNode& node) const;
  bool is_cut(const Shape& shape) const;
  Shape shape_of_part(const Shape& shape) const;

  const Shape& space_;
  const ChunkPlan& plan_;
  std::uint64_t begin_, end_;
  const Uploads& uploads_;
  const Reduced& reduced_;
  std::unordered_map<const ExprNode*, Expr> known_;
};

}  // namespace lockstep
