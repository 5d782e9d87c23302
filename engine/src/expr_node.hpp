#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "lockstep/expr.hpp"
#include "lockstep/program.hpp"

namespace lockstep {

class HostArray;

/// A node of an expression: immutable once it is shared. Which fields count depends on the kind.
struct ExprNode {
  enum class Kind : std::uint8_t { array, literal, index, call, cast, broadcast, reduce, argument, host };
  using Pointer = std::shared_ptr<const ExprNode>;

  Kind kind = Kind::literal;
  DType dtype = DType::f64;
  Shape shape;
  int depth = 1;  ///< longest chain of operations below, itself included
  int level = 0;  ///< longest chain of reductions below, itself included: the pass in which it is ready
  std::array<Pointer, 3> operands{};

  Array array;                             ///< array
  std::shared_ptr<const HostArray> host;   ///< host
  std::uint64_t bits = 0;                  ///< literal: its value in `dtype`
  bool weak = false;                       ///< literal: adapts to the type it meets
  bool parameter = false;                  ///< literal: passed to the program, not built in
  int axis = 0;                            ///< index; argument: 0 or 1
  bool flat = false;                       ///< index: the place in row-major order
  bool open = false;                       ///< index: takes its shape from where it is evaluated
  Function function{};                     ///< call
  std::array<DType, 3> operand_types{};    ///< call: what each operand is cast to
  Fold fold = Fold::store;                 ///< reduce
  std::vector<int> axes;                   ///< reduce: normalised, ascending
  std::shared_ptr<const Combine> combine;  ///< reduce by a combination of the user's own; then `bits` is its identity
};

/// How many operands a node has.
inline int arity(const ExprNode& node) {
  int n = 0;
  while (n < 3 && node.operands[static_cast<std::size_t>(n)]) ++n;
  return n;
}

/// An array in the expressions, which says on which device they are; null if they have none.
const Array* any_array(std::span<const Expr> values);

}  // namespace lockstep
