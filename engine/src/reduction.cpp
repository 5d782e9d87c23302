// Reductions as expressions: which fold each is, and in which type it runs.
#include <algorithm>
#include <bit>
#include <numeric>

#include "expr_node.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

DType sum_type(DType type) {
  if (is_floating(type)) return type;
  return is_unsigned(type) ? DType::u64 : DType::i64;
}

std::vector<int> normalize(const Axes& axes, int rank) {
  std::vector<int> list;
  if (axes.all()) {
    list.resize(static_cast<std::size_t>(rank));
    std::iota(list.begin(), list.end(), 0);
    return list;
  }
  for (int axis : axes.list()) list.push_back(normalize_axis(axis, rank));
  std::sort(list.begin(), list.end());
  const auto twice = std::adjacent_find(list.begin(), list.end());
  if (twice != list.end()) fail(Code::bad_shape, "a reduction names axis {} twice", *twice);
  return list;
}

Shape reduced_shape(const Shape& shape, const std::vector<int>& axes, bool keepdims) {
  std::vector<std::uint64_t> extents;
  for (int d = 0; d < shape.rank(); ++d) {
    if (!std::binary_search(axes.begin(), axes.end(), d))
      extents.push_back(shape[d]);
    else if (keepdims)
      extents.push_back(1);
  }
  return Shape(extents);
}

Expr fold(Fold fold, const Expr& x, std::vector<int> axes, bool keepdims) {
  ExprNode node;
  node.kind = ExprNode::Kind::reduce;
  node.fold = fold;
  node.dtype = fold == Fold::argmin || fold == Fold::argmax ? DType::i64 : x.dtype();
  node.shape = reduced_shape(x.shape(), axes, keepdims);
  node.axes = std::move(axes);
  node.operands[0] = x.node();
  node.depth = x.node()->depth + 1;
  node.level = x.node()->level + 1;
  return Expr(std::make_shared<const ExprNode>(std::move(node)));
}

std::uint64_t folded_size(const Shape& shape, const std::vector<int>& axes) {
  std::uint64_t n = 1;
  for (int axis : axes) n *= shape[axis];
  return n;
}

}  // namespace

Expr reduce(Reduction reduction, const Expr& input, const Axes& axes, bool keepdims) {
  // A number alone has one element; from here on it has a type of its own.
  const Expr x = cast(input, input.dtype());
  const std::string_view name = all_reductions()[static_cast<std::size_t>(reduction)].name;
  std::vector<int> list = normalize(axes, x.rank());
  const std::uint64_t n = folded_size(x.shape(), list);
  const bool needs_element = reduction == Reduction::min || reduction == Reduction::max ||
                             reduction == Reduction::argmin || reduction == Reduction::argmax;
  require(n != 0 || !needs_element, Code::bad_shape, "{} of no elements has no value: shape {}", name,
          to_string(x.shape()));
  const auto run = [&](Fold f, const Expr& e) { return fold(f, e, std::move(list), keepdims); };
  switch (reduction) {
    case Reduction::sum:
      return run(Fold::sum, cast(x, sum_type(x.dtype())));
    case Reduction::prod:
      return run(Fold::prod, cast(x, sum_type(x.dtype())));
    case Reduction::min:
      return run(Fold::min, x);
    case Reduction::max:
      return run(Fold::max, x);
    case Reduction::mean: {
      const DType type = is_floating(x.dtype()) ? x.dtype() : DType::f64;
      return run(Fold::sum, cast(x, type)) / cast(Expr(n), type);
    }
    case Reduction::any:
      return run(Fold::any, cast(x, DType::boolean));
    case Reduction::all:
      return run(Fold::all, cast(x, DType::boolean));
    case Reduction::count:
      return run(Fold::sum, cast(cast(x, DType::boolean), DType::i64));
    case Reduction::argmin:
      return run(Fold::argmin, x);
    case Reduction::argmax:
      return run(Fold::argmax, x);
  }
  __builtin_unreachable();
}

}  // namespace lockstep
