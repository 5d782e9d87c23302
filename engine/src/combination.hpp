#pragma once

#include <optional>

#include "lockstep/expr.hpp"

namespace lockstep {

/// The stand-in for the left (0) or the right (1) operand of a combination.
Expr combination_argument(int which, DType type);

/// `x` folded with `body`, an expression of the two stand-ins: see the `reduce` that takes a Combination.
Expr reduce_with(const Expr& body, const Expr& x, const Axes& axes, bool keepdims, const std::optional<Expr>& identity);

}  // namespace lockstep
