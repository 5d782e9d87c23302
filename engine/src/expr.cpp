#include "lockstep/expr.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "builder.hpp"
#include "expr_node.hpp"
#include "lowering.hpp"
#include "require.hpp"
#include "typing.hpp"

namespace lockstep {
namespace {

// Deeper chains would be slow to walk and could exhaust the stack when they are destroyed.
constexpr int kMaxDepth = 1000;

Expr make(ExprNode node) {
  for (const auto& operand : node.operands) {
    if (!operand) break;
    node.depth = std::max(node.depth, operand->depth + 1);
    node.level = std::max(node.level, operand->level);
  }
  if (node.kind == ExprNode::Kind::reduce) ++node.level;
  require(node.depth <= kMaxDepth, Code::bad_argument,
          "an expression is nested deeper than {} operations\nEvaluate a part of it first.", kMaxDepth);
  return Expr(std::make_shared<const ExprNode>(std::move(node)));
}

Expr make_literal(DType type, std::uint64_t bits, bool weak, bool parameter) {
  ExprNode node;
  node.dtype = type;
  node.bits = bits;
  node.weak = weak;
  node.parameter = parameter;
  return make(std::move(node));
}

bool is_literal(const Expr& e) { return e.node()->kind == ExprNode::Kind::literal; }

/// The value of a weak whole number, in a type that holds all of them.
double as_double(const ExprNode& literal) {
  return std::bit_cast<double>(fold_constant(Op::cast, literal.dtype, DType::f64, {literal.bits}));
}

/// Weak whole numbers are Python's, which do not wrap: a result beyond 64 bits is an error here.
void require_no_overflow(Function function, std::span<const Expr> x) {
  if (x.size() != 2) return;
  const double a = as_double(*x[0].node());
  const double b = as_double(*x[1].node());
  double value = 0;
  switch (function) {
    case Function::add:
      value = a + b;
      break;
    case Function::subtract:
      value = a - b;
      break;
    case Function::multiply:
      value = a * b;
      break;
    case Function::power:
      value = std::pow(a, b);
      break;
    case Function::left_shift:
      value = std::ldexp(a, static_cast<int>(std::clamp(b, 0.0, 1000.0)));
      break;
    default:
      break;
  }
  require(std::fabs(value) < 9.2e18, Code::bad_argument,
          "the whole number {} is too large for 64 bits\nWrite it as a float, or give the operands a type.", value);
}

/// A function of numbers only: computed at once, with the engine's own semantics.
Expr fold_literals(Function function, std::span<const Expr> operands, const Signature& types) {
  bool weak = true;
  bool parameter = false;
  bool whole = true;
  Builder builder;
  std::array<Value, 3> values{};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const ExprNode& node = *operands[i].node();
    weak = weak && node.weak;
    parameter = parameter || node.parameter;
    whole = whole && is_integer(node.dtype);
    values[i] = builder.constant(types.operands[i], convert_literal(node, types.operands[i]));
  }
  if (weak && whole) require_no_overflow(function, operands);
  const Value result = lower(function, builder, std::span(values.data(), operands.size()));
  const DType type = builder.type(result);
  return make_literal(type, builder.node(result).bits, weak && type != DType::boolean, parameter);
}

/// i64 with u64 have no common integer type, and f64 would round: compare the sign first, then the bits.
Expr compare_mixed(Function function, const Expr& a, const Expr& b) {
  const Expr negative_a = less(a, literal(0));
  const Expr positive = call(function, std::initializer_list<Expr>{cast(a, DType::u64), b});
  switch (function) {
    case Function::less:
    case Function::less_equal:
    case Function::not_equal:
      return negative_a || positive;
    default:
      return !negative_a && positive;
  }
}

Function mirrored(Function function) {
  switch (function) {
    case Function::less:
      return Function::greater;
    case Function::less_equal:
      return Function::greater_equal;
    case Function::greater:
      return Function::less;
    case Function::greater_equal:
      return Function::less_equal;
    default:
      return function;
  }
}

bool is_comparison(Function f) { return f >= Function::equal && f <= Function::greater_equal; }

/// A weak whole number that does not fit the integers it is compared with stands for itself.
Expr strong_if_outside(const Expr& x, const Expr& other) {
  if (!x.is_weak() || !is_integer(x.dtype()) || other.is_weak() || !is_integer(other.dtype())) return x;
  const ExprNode& n = *x.node();
  const std::uint64_t there = fold_constant(Op::cast, n.dtype, other.dtype(), {n.bits});
  const bool fits = fold_constant(Op::cast, other.dtype(), n.dtype, {there}) == n.bits &&
                    (static_cast<std::int64_t>(n.bits) >= 0 || (is_signed(other.dtype()) && n.dtype == DType::i64));
  return fits ? x : make_literal(n.dtype, n.bits, false, n.parameter);
}

Expr make_call(Function function, std::span<const Expr> operands, const Signature& types) {
  ExprNode node;
  node.kind = ExprNode::Kind::call;
  node.function = function;
  node.dtype = types.result;
  node.operand_types = types.operands;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Expr& e = operands[i];
    node.shape = i == 0 ? e.shape() : broadcast(node.shape, e.shape());
    // A number that cannot be converted is an error here, not where the expression is evaluated.
    if (is_literal(e)) convert_literal(*e.node(), types.operands[i]);
    node.operands[i] = e.node();
  }
  return make(std::move(node));
}

}  // namespace

Expr::Expr(const Array& array) {
  require(array.valid(), Code::bad_argument, "an expression was made from an Array that holds no array");
  ExprNode node;
  node.kind = ExprNode::Kind::array;
  node.dtype = array.dtype();
  node.shape = array.shape();
  node.array = array;
  node_ = std::make_shared<const ExprNode>(std::move(node));
}

Expr Expr::from_bool(bool value) { return make_literal(DType::boolean, value, false, true); }
Expr Expr::from_int(std::int64_t value) {
  return make_literal(DType::i64, std::bit_cast<std::uint64_t>(value), true, true);
}
Expr Expr::from_unsigned(std::uint64_t value) {
  return make_literal(value > std::uint64_t{INT64_MAX} ? DType::u64 : DType::i64, value, true, true);
}
Expr Expr::from_float(double value) {
  return make_literal(DType::f64, std::bit_cast<std::uint64_t>(value), true, true);
}

DType Expr::dtype() const noexcept { return node_->dtype; }
const Shape& Expr::shape() const noexcept { return node_->shape; }
bool Expr::is_weak() const noexcept { return node_->weak; }
const Array* Expr::as_array() const noexcept { return node_->kind == ExprNode::Kind::array ? &node_->array : nullptr; }

Expr literal(double value) { return make_literal(DType::f64, std::bit_cast<std::uint64_t>(value), true, false); }
Expr literal(std::int64_t value) { return make_literal(DType::i64, std::bit_cast<std::uint64_t>(value), true, false); }

Expr index(int axis) {
  require(axis >= -kMaxRank && axis < kMaxRank, Code::bad_shape, "index({}) is outside the {} axes of an array", axis,
          kMaxRank);
  ExprNode node;
  node.kind = ExprNode::Kind::index;
  node.dtype = DType::i64;
  node.axis = axis;
  node.open = true;
  return make(std::move(node));
}

Expr position() {
  ExprNode node;
  node.kind = ExprNode::Kind::index;
  node.dtype = DType::i64;
  node.open = true;
  node.flat = true;
  return make(std::move(node));
}

Expr arange(std::uint64_t n) {
  ExprNode node;
  node.kind = ExprNode::Kind::index;
  node.dtype = DType::i64;
  node.shape = Shape{n};
  return make(std::move(node));
}

Expr cast(const Expr& x, DType type) {
  const ExprNode& from = *x.node();
  if (is_literal(x))
    return make_literal(type, fold_constant(Op::cast, from.dtype, type, {from.bits}), false, from.parameter);
  if (from.dtype == type) return x;
  ExprNode node;
  node.kind = ExprNode::Kind::cast;
  node.dtype = type;
  node.shape = x.shape();
  node.operands[0] = x.node();
  return make(std::move(node));
}

Expr broadcast_to(const Expr& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (broadcast(x.shape(), shape) != shape)
    fail(Code::bad_shape, "shape {} does not broadcast to {}", x.shape(), shape);
  ExprNode node;
  node.kind = ExprNode::Kind::broadcast;
  node.dtype = x.dtype();
  node.shape = shape;
  node.operands[0] = x.is_weak() ? cast(x, x.dtype()).node() : x.node();
  return make(std::move(node));
}

Expr call(Function function, std::span<const Expr> operands) {
  const FunctionInfo& row = all_functions()[static_cast<std::size_t>(function)];
  require(static_cast<int>(operands.size()) == row.arity, Code::bad_argument, "{} takes {} operands, got {}", row.name,
          row.arity, operands.size());
  std::array<Expr, 3> list{operands[0], operands[operands.size() > 1 ? 1 : 0], operands[operands.size() > 2 ? 2 : 0]};
  const std::span<const Expr> x(list.data(), operands.size());
  if (is_comparison(function)) {
    list[0] = strong_if_outside(operands[0], operands[1]);
    list[1] = strong_if_outside(operands[1], operands[0]);
    if (list[0].dtype() == DType::i64 && list[1].dtype() == DType::u64 && !list[0].is_weak() && !list[1].is_weak())
      return compare_mixed(function, list[0], list[1]);
    if (list[0].dtype() == DType::u64 && list[1].dtype() == DType::i64 && !list[0].is_weak() && !list[1].is_weak())
      return compare_mixed(mirrored(function), list[1], list[0]);
  }
  const Signature types = signature(function, x);
  if (std::all_of(x.begin(), x.end(), is_literal)) return fold_literals(function, x, types);
  return make_call(function, x, types);
}

}  // namespace lockstep
