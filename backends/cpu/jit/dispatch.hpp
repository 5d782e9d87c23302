#pragma once

#include "lockstep/program.hpp"
#include "vector.hpp"

namespace lockstep::cpu::jit {

static_assert(kOpCount == 25, "a new operation needs a case in dispatch, or to be named here as one that is called");

/// False where no instruction set has an instruction for `op` on this type.
inline bool has_instruction(Op op, DType operand) {
  if (op == Op::rem) return false;
  if (op == Op::div) return is_floating(operand);
  // Bools are masks: they have no shift by lanes and no bits to look at, and expressions ask for neither.
  return operand != DType::boolean || (op != Op::shl && op != Op::shr && op != Op::bitcast);
}

/// Emits `op` by the function of `set`, an instruction set, that is for it.
template <class Set>
Vector dispatch(Set& set, Op op, DType result, const Vector& a, const Vector& b, const Vector& c) {
  switch (op) {
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::div:
      return set.arithmetic(op, a, b);
    case Op::neg:
      return set.neg(a);
    case Op::abs:
      return set.abs(a);
    case Op::sqrt:
      return set.sqrt(a);
    case Op::fma:
      return set.fma(a, b, c, false, false);
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor:
      return set.bitwise(op, a, b);
    case Op::bit_not:
      return set.bit_not(a);
    case Op::shl:
    case Op::shr:
      return set.shift(op, a, b);
    case Op::eq:
    case Op::lt:
    case Op::le:
      return set.compare(op, a, b);
    case Op::select:
      return set.select(a, b, c);
    case Op::cast:
      return set.cast(a, result);
    case Op::bitcast:
      return set.bitcast(a, result);
    default:
      return a;
  }
}

}  // namespace lockstep::cpu::jit
