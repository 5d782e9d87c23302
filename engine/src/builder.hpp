#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>

#include "lockstep/program.hpp"

namespace lockstep {

/// A value of the program under construction: its number.
using Value = std::uint32_t;

/// Writes a Program: folds constants with the engine's own semantics, merges equal values, and drops unused ones at
/// the end. Operands are cast to the operation's type by the caller.
class Builder {
 public:
  Value constant(DType type, std::uint64_t bits);
  /// `value` converted to `type`: for the small whole numbers and powers of two that lowerings need.
  Value number(DType type, double value);
  Value load(std::uint32_t operand, DType type) { return emit({Op::load, type, {}, operand}); }
  Value scalar(std::uint32_t parameter, DType type) { return emit({Op::scalar, type, {}, parameter}); }
  Value index(std::uint32_t operand) { return emit({Op::index, DType::i64, {}, operand}); }

  Value unary(Op op, Value a) { return operation(op, type(a), {a, 0, 0}); }
  Value binary(Op op, Value a, Value b) { return operation(op, type(a), {a, b, 0}); }
  Value compare(Op op, Value a, Value b) { return operation(op, DType::boolean, {a, b, 0}); }
  Value select(Value condition, Value a, Value b);
  Value fma(Value a, Value b, Value c) { return operation(Op::fma, type(a), {a, b, c}); }
  Value cast(Value a, DType to) { return type(a) == to ? a : operation(Op::cast, to, {a, 0, 0}); }
  Value bitcast(Value a, DType to) { return operation(Op::bitcast, to, {a, 0, 0}); }

  // Short names, so that lowerings read like formulas.
  Value add(Value a, Value b) { return binary(Op::add, a, b); }
  Value sub(Value a, Value b) { return binary(Op::sub, a, b); }
  Value mul(Value a, Value b) { return binary(Op::mul, a, b); }
  Value div(Value a, Value b) { return binary(Op::div, a, b); }
  Value rem(Value a, Value b) { return binary(Op::rem, a, b); }
  Value neg(Value a) { return unary(Op::neg, a); }
  Value abs(Value a) { return unary(Op::abs, a); }
  Value sqrt(Value a) { return unary(Op::sqrt, a); }
  Value bit_and(Value a, Value b) { return binary(Op::bit_and, a, b); }
  Value bit_or(Value a, Value b) { return binary(Op::bit_or, a, b); }
  Value bit_xor(Value a, Value b) { return binary(Op::bit_xor, a, b); }
  Value bit_not(Value a) { return unary(Op::bit_not, a); }
  Value eq(Value a, Value b) { return compare(Op::eq, a, b); }
  Value ne(Value a, Value b) { return bit_not(eq(a, b)); }
  Value lt(Value a, Value b) { return compare(Op::lt, a, b); }
  Value le(Value a, Value b) { return compare(Op::le, a, b); }
  Value gt(Value a, Value b) { return lt(b, a); }
  Value ge(Value a, Value b) { return le(b, a); }

  DType type(Value value) const { return program_.nodes[value].type; }
  const Node& node(Value value) const { return program_.nodes[value]; }
  bool is_constant(Value value) const { return node(value).op == Op::constant; }

  void output(Value value, Fold fold) { program_.outputs.push_back({value, fold}); }
  /// An output that is folded with a combination of the user's own; equal ones are kept once.
  void output(Value value, const Combine& combine);

  /// The program without values that no output needs. `arrays`, `indices` and `scalars` are the caller's to set before.
  Program finish() &&;
  Program& program() { return program_; }

 private:
  struct NodeHash {
    std::size_t operator()(const Node& node) const noexcept;
  };

  Value operation(Op op, DType type, std::array<Value, 3> args);
  Value emit(const Node& node);

  Program program_;
  std::unordered_map<Node, Value, NodeHash> known_;
};

/// The bits that `op` gives for constant operands of type `operand` (select: of its second and third).
std::uint64_t fold_constant(Op op, DType operand, DType result, const std::array<std::uint64_t, 3>& bits);

/// The bits of a number converted to `type`, as a constant holds them.
std::uint64_t bits_of(DType type, double value);
std::uint64_t bits_of(DType type, std::int64_t value);

}  // namespace lockstep
