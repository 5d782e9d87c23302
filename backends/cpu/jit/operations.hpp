#pragma once

#include "lockstep/program.hpp"
#include "vector.hpp"

namespace lockstep::cpu::jit {

/// Emits one primitive operation on sixteen elements.
class Operations {
 public:
  Operations(x86::Compiler& cc, Memory& memory) : cc_(cc), memory_(memory) {}

  Vector emit(Op op, DType result, const Vector& a, const Vector& b, const Vector& c);
  Vector shift_by(Op op, const Vector& a, int count);
  Vector fma(const Vector& a, const Vector& b, const Vector& c, bool minus_product, bool minus_c);
  Vector extreme(bool is_max, const Vector& a, const Vector& b);
  /// `a` where the mask is set, else `b`.
  Vector blend(const x86::KReg& mask, const Vector& a, const Vector& b);

 private:
  template <class Set>
  friend Vector dispatch(Set& set, Op op, DType result, const Vector& a, const Vector& b, const Vector& c);

  using One = asmjit::Error (*)(x86::Compiler&, const x86::Vec&, const x86::Vec&);
  using Two = asmjit::Error (*)(x86::Compiler&, const x86::Vec&, const x86::Vec&, const x86::Vec&);

  Vector each(const Vector& a, One f);
  Vector each(const Vector& a, const Vector& b, Two f);
  /// 8-bit values back into their range after an operation on 32-bit lanes.
  void wrap(Vector& v);

  Vector arithmetic(Op op, const Vector& a, const Vector& b);
  Vector neg(const Vector& a);
  Vector abs(const Vector& a);
  Vector sqrt(const Vector& a);
  Vector bitwise(Op op, const Vector& a, const Vector& b);
  Vector bit_not(const Vector& a);
  Vector shift(Op op, const Vector& a, const Vector& b);
  Vector compare(Op op, const Vector& a, const Vector& b);
  Vector compare_masks(Op op, const Vector& a, const Vector& b);
  Vector select(const Vector& condition, const Vector& a, const Vector& b);
  /// Compares with the immediate that vcmp and vpcmp know, types other than bool.
  x86::KReg compare_mask(const Vector& a, const Vector& b, int immediate);

  Vector cast(const Vector& a, DType to);
  Vector bitcast(const Vector& a, DType to);
  Vector from_bool(const Vector& a, DType to);
  Vector to_bool(const Vector& a);
  Vector between_integers(const Vector& a, DType to);
  Vector integer_to_float(const Vector& a, DType to);
  Vector float_to_float(const Vector& a, DType to);
  Vector float_to_integer(const Vector& a, DType to);
  Vector truncate(const Vector& a, DType to);
  Vector clamp(const Vector& a, std::int32_t low, std::int32_t high);

  x86::Ymm upper_half(const x86::Vec& v);

  x86::Compiler& cc_;
  Memory& memory_;
};

}  // namespace lockstep::cpu::jit
