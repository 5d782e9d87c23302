#pragma once

#include "builder.hpp"
#include "lockstep/expr.hpp"

namespace lockstep {

/// Writes `function` of operands that already have the types of its signature, in terms of primitive operations.
Value lower(Function function, Builder& builder, std::span<const Value> operands);

}  // namespace lockstep
