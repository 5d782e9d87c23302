#pragma once

#include <span>
#include <string_view>

#include "lockstep/expr.hpp"
#include "text_syntax.hpp"

namespace lockstep::text {

/// An algorithm that a text can call.
struct AlgorithmInfo {
  std::string_view name;
  std::string_view usage;
  int operands;
  bool takes_axis;
  bool takes_exclusive;
  Expr (*run)(std::span<const Expr> operands, const AlgorithmCall& call);
};

std::span<const AlgorithmInfo> all_algorithms() noexcept;
/// Null if there is none of this name.
const AlgorithmInfo* algorithm_named(std::string_view name) noexcept;

}  // namespace lockstep::text
