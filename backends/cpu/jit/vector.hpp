#pragma once

#include <asmjit/x86.h>

#include "lockstep/dtype.hpp"

namespace lockstep::cpu::jit {

namespace x86 = asmjit::x86;

/// Elements that one pass through the loop computes: 16 lanes.
inline constexpr int kWidth = 16;

/// Sixteen elements. 64-bit types take two registers, low lanes first; 32-bit types one; 8-bit types one of 32-bit
/// lanes that hold the value extended by its sign (i8) or zeros (u8); a bool one bit of a mask register each.
struct Vector {
  DType type = DType::f32;
  x86::Zmm part[2];
  x86::KReg mask;
};

inline int parts(DType type) { return type == DType::boolean ? 0 : size_of(type) == 8 ? 2 : 1; }

/// Emits loads, stores and constants. `tail`, if valid, is the mask of the lanes that exist.
class Memory {
 public:
  explicit Memory(x86::Compiler& cc) : cc_(cc) {}

  Vector make(DType type);
  /// All lanes hold the value with these bits.
  Vector constant(DType type, std::uint64_t bits);
  Vector broadcast(DType type, const x86::Mem& from);
  Vector load(DType type, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail);
  void store(const Vector& v, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail);

 private:
  x86::KReg high(const x86::KReg& mask);

  x86::Compiler& cc_;
};

}  // namespace lockstep::cpu::jit
