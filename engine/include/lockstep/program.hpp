#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/dtype.hpp"

namespace lockstep {

/// The operations of a Program: where values come from, and the primitive operations of ops.def.
enum class Op : std::uint8_t {
  constant,  ///< `bits` holds the value, in the low bytes
  scalar,    ///< parameter number `bits`: one value for the whole run
  load,      ///< the element of array operand number `bits`
  index,     ///< i64: the value of the affine index operand number `bits` (its offset plus coordinates times strides)
#define LOCKSTEP_OP(name, arity, types, text, what) name,
#include "lockstep/ops.def"
#undef LOCKSTEP_OP
};

/// A row of the op table.
struct OpInfo {
  std::string_view name;
  int arity;
  char types;             ///< n f i a, see ops.def
  std::string_view text;  ///< how a C dialect writes it
  std::string_view what;
};

/// The row of `op`; the four sources of values have arity 0.
const OpInfo& info(Op op) noexcept;
inline constexpr int kOpCount = 4
#define LOCKSTEP_OP(name, arity, types, text, what) +1
#include "lockstep/ops.def"
#undef LOCKSTEP_OP
    ;

/// One value of a Program. Its number is its place in `Program::nodes`; operands come before it.
struct Node {
  Op op = Op::constant;
  DType type = DType::f32;
  std::array<std::uint32_t, 3> args{};
  std::uint64_t bits = 0;

  bool operator==(const Node&) const = default;
};

/// How an output is made from its values: each stored, or all folded into one.
enum class Fold : std::uint8_t { store, sum, prod, min, max, any, all, argmin, argmax, band, bor, bxor, custom };

std::string_view to_string(Fold fold) noexcept;

/// True for folds that look at where an element is: argmin and argmax.
constexpr bool is_place(Fold fold) noexcept { return fold == Fold::argmin || fold == Fold::argmax; }

/// How a fold of the user's own joins a value with its right neighbour: `scalar` 0 and 1 stand for the two, and the
/// value of `result`, of the same type, is what they become. It has no other operands. Where the tree lacks a neighbour
/// the value passes through; nothing is joined with an identity.
struct Combine {
  DType type = DType::f64;
  std::vector<Node> nodes;
  std::uint32_t result = 0;

  bool operator==(const Combine&) const = default;
};

/// An output. Its element type is that of the node, except for argmin and argmax, which give i64.
struct Output {
  std::uint32_t node = 0;
  Fold fold = Fold::store;
  std::uint32_t combine = 0;  ///< of Fold::custom: which of the program's

  bool operator==(const Output&) const = default;
};

/// A fused kernel before it is lowered: typed values in static single assignment form, each computed for every
/// element of an iteration space that the program does not know. It holds no shape, address or parameter value, so
/// one compiled program serves every size.
struct Program {
  std::vector<Node> nodes;
  std::vector<DType> arrays;   ///< element type of each array operand
  std::uint32_t indices = 0;   ///< how many index operands there are
  std::vector<DType> scalars;  ///< type of each parameter
  std::vector<Output> outputs;
  std::vector<Combine> combines;

  DType output_type(const Output& output) const { return is_place(output.fold) ? DType::i64 : nodes[output.node].type; }

  /// A text that is equal exactly for equal programs; the key of compiled-program caches.
  std::string key() const;
  /// One line per value, for people.
  std::string dump() const;
};

}  // namespace lockstep
