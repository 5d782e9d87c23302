#pragma once

#include <span>

#include "expr_node.hpp"

namespace lockstep {

/// How the operand types of a function meet, and what comes out. The tables stand in docs/types.md.
enum class Rule : std::uint8_t {
  arithmetic,           ///< the common type; not for bools
  arithmetic_or_logic,  ///< the common type
  counting,             ///< the common type; bools count as i8
  division,             ///< the common type; integers and bools as f64
  floating,             ///< the common type; the smallest float that holds an integer type
  same,                 ///< the common type
  integral,             ///< the common type; not for floats
  shift,                ///< as integral; bools count as i8
  comparison,           ///< operands meet in the common type, the result is a bool
  logic,                ///< operands and result are bools
  test,                 ///< the result is a bool
  bits,                 ///< u64; not for floats
  choice,               ///< the first is a bool, the others meet in the common type
};

struct Signature {
  std::array<DType, 3> operands{};
  DType result = DType::f64;
};

/// Types of operands and result. Throws `bad_type` where the function has none.
Signature signature(Function function, std::span<const Expr> operands);

/// The type in which operands meet: NumPy's promotion with weak numbers.
DType common_type(std::span<const Expr> operands);

/// True if NumPy's "same kind" rule allows to store `from` as `to`: no float as an integer, no integer as a bool, no
/// signed as an unsigned one.
bool same_kind(DType from, DType to);

/// A literal in another type. Throws `bad_argument` if a weak whole number does not fit.
std::uint64_t convert_literal(const ExprNode& literal, DType to);

}  // namespace lockstep
