// Reductions as expressions: which fold each is, and in which type it runs.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "expr_node.hpp"
#include "fold.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

DType sum_type(DType type) {
  if (is_floating(type)) return type;
  return is_unsigned(type) ? DType::u64 : DType::i64;
}

/// In which type quotients and roots of sums are.
DType mean_type(DType type) { return is_floating(type) ? type : DType::f64; }

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

std::string_view name_of(Reduction reduction) { return all_reductions()[static_cast<std::size_t>(reduction)].name; }

/// The fold of bits that `reduction` is. Of bools, and and or are the logical ones.
Fold bit_fold(Reduction reduction, DType type) {
  require(!is_floating(type), Code::bad_type, "{} is not defined for {}\nCast to an integer type first.",
          name_of(reduction), to_string(type));
  if (reduction == Reduction::bxor) return Fold::bxor;
  if (reduction == Reduction::band) return type == DType::boolean ? Fold::all : Fold::band;
  return type == DType::boolean ? Fold::any : Fold::bor;
}

}  // namespace

std::vector<int> folded_axes(const Axes& axes, int rank) {
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

std::uint64_t folded_size(const Shape& shape, const std::vector<int>& axes) {
  std::uint64_t n = 1;
  for (int axis : axes) n *= shape[axis];
  return n;
}

Expr make_fold(Fold fold, const Expr& x, std::vector<int> axes, bool keepdims, std::shared_ptr<const Combine> combine,
               std::uint64_t identity) {
  ExprNode node;
  node.kind = ExprNode::Kind::reduce;
  node.fold = fold;
  node.dtype = is_place(fold) ? DType::i64 : x.dtype();
  node.shape = reduced_shape(x.shape(), axes, keepdims);
  node.axes = std::move(axes);
  node.combine = std::move(combine);
  node.bits = identity;
  node.operands[0] = x.node();
  node.depth = x.node()->depth + 1;
  node.level = x.node()->level + 1;
  return Expr(std::make_shared<const ExprNode>(std::move(node)));
}

Expr reduce(Reduction reduction, const Expr& input, const Axes& axes, bool keepdims) {
  // A number alone has one element; from here on it has a type of its own.
  const Expr x = cast(input, input.dtype());
  std::vector<int> list = folded_axes(axes, x.rank());
  const std::uint64_t n = folded_size(x.shape(), list);
  const bool needs_element = reduction == Reduction::min || reduction == Reduction::max ||
                             reduction == Reduction::argmin || reduction == Reduction::argmax;
  if (n == 0 && needs_element)
    fail(Code::bad_shape, "{} of no elements has no value: shape {}", name_of(reduction), x.shape());
  const auto run = [&](Fold f, const Expr& e) { return make_fold(f, e, std::move(list), keepdims); };
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
      const DType type = mean_type(x.dtype());
      return run(Fold::sum, cast(x, type)) / cast(Expr(n), type);
    }
    case Reduction::var:
      return var(x, axes, keepdims);
    case Reduction::stddev:
      return stddev(x, axes, keepdims);
    case Reduction::norm:
      return norm(x, axes, keepdims);
    case Reduction::lor:
    case Reduction::any:
      return run(Fold::any, cast(x, DType::boolean));
    case Reduction::land:
    case Reduction::all:
      return run(Fold::all, cast(x, DType::boolean));
    case Reduction::lxor:
      return run(Fold::bxor, cast(x, DType::boolean));
    case Reduction::count:
      return run(Fold::sum, cast(cast(x, DType::boolean), DType::i64));
    case Reduction::argmin:
      return run(Fold::argmin, x);
    case Reduction::argmax:
      return run(Fold::argmax, x);
    case Reduction::band:
    case Reduction::bor:
    case Reduction::bxor:
      return run(bit_fold(reduction, x.dtype()), x);
  }
  __builtin_unreachable();
}

Expr var(const Expr& input, const Axes& axes, bool keepdims, double ddof) {
  require(!std::isnan(ddof), Code::bad_argument, "ddof is NaN\nIt is a number, mostly 0 or 1.");
  const Expr x = cast(input, mean_type(input.dtype()));
  const Expr distance = x - mean(x, axes, true);
  const auto n = static_cast<double>(folded_size(x.shape(), folded_axes(axes, x.rank())));
  return sum(distance * distance, axes, keepdims) / cast(Expr(std::fmax(n - ddof, 0)), x.dtype());
}

Expr stddev(const Expr& x, const Axes& axes, bool keepdims, double ddof) { return sqrt(var(x, axes, keepdims, ddof)); }

Expr norm(const Expr& input, const Axes& axes, bool keepdims, double ord) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  require(!std::isnan(ord), Code::bad_argument, "the order of a norm is NaN\nUse 2, 1, 0, inf or another number.");
  const Expr x = cast(input, mean_type(input.dtype()));
  if (ord == 2) return sqrt(sum(x * x, axes, keepdims));
  if (ord == 1) return sum(abs(x), axes, keepdims);
  if (ord == 0) return sum(cast(x != 0, x.dtype()), axes, keepdims);
  // As in NumPy the largest magnitude of nothing is 0.
  const bool empty = folded_size(x.shape(), folded_axes(axes, x.rank())) == 0;
  if (ord == kInfinity && empty) return sum(x, axes, keepdims);
  if (ord == kInfinity) return max(abs(x), axes, keepdims);
  if (ord == -kInfinity) return min(abs(x), axes, keepdims);
  return pow(sum(pow(abs(x), ord), axes, keepdims), 1 / ord);
}

Expr dot(const Expr& a, const Expr& b, const Axes& axes, bool keepdims) {
  const DType type = sum_type((a * b).dtype());
  return sum(cast(a, type) * cast(b, type), axes, keepdims);
}

}  // namespace lockstep
