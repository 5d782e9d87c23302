#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lockstep/expr.hpp"

namespace lockstep::self {

/// One check: what it is called, and the expression of its operands.
struct Case {
  std::string name;
  int version = 1;
  bool elementwise = true;  ///< each result depends on one element of each operand
  std::function<Expr(std::span<const Expr>)> of;
};

/// Checks that are evaluated together over operands of one type.
struct CaseGroup {
  DType type = DType::f32;
  bool finite = false;   ///< the first operand has no special values
  std::size_t most = 1;  ///< cases
  std::vector<Case> cases;
};

/// All checks, for a device with or without f64.
std::vector<CaseGroup> suite(bool has_f64);

}  // namespace lockstep::self
