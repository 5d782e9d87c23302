#pragma once

#include <asmjit/x86.h>

#include <utility>
#include <vector>

#include "lockstep/dtype.hpp"

namespace lockstep::cpu::jit {

namespace x86 = asmjit::x86;

/// Elements that one pass through an AVX-512 loop computes: 16 lanes.
inline constexpr int kWidth = 16;

/// As many elements as a loop computes at a time. 64-bit types take two registers, low lanes first; 32-bit types one;
/// 8-bit types one of 32-bit lanes that hold the value extended by its sign (i8) or zeros (u8). A bool is one bit of a
/// mask register in AVX-512, elsewhere a register of 32-bit lanes with all bits set or none; in AVX2, where it comes
/// from 64-bit values, two of 64-bit lanes.
struct Vector {
  DType type = DType::f32;
  bool is_split = false;  ///< a bool in two registers
  x86::Vec part[2];
  x86::KReg mask;
};

/// The instruction that makes its first operand +-(first * second) +- third, of f32 or f64.
asmjit::InstId fma_instruction(DType type, bool minus_product, bool minus_third);

inline int parts(DType type) { return type == DType::boolean ? 0 : size_of(type) == 8 ? 2 : 1; }

/// Emits loads, stores and constants. `tail`, if valid, is the mask of the lanes that exist.
class Memory {
 public:
  explicit Memory(x86::Compiler& cc) : cc_(cc) {}

  Vector make(DType type);
  void stream(bool past_caches) { streams_ = past_caches; }
  /// Constants are loaded here, before the loops, as long as there are registers to keep them.
  void keep_constants_here() { prologue_ = cc_.cursor(); }
  /// All lanes hold the value with these bits. Not to be overwritten.
  Vector constant(DType type, std::uint64_t bits);
  /// The same in registers of its own, which may be overwritten.
  Vector fresh(DType type, std::uint64_t bits);
  /// The upper eight lanes of a mask, as the lower ones.
  x86::KReg high(const x86::KReg& mask);
  /// The lanes of a mask as the low bits of a number.
  x86::Gp bits_of(const x86::KReg& mask);
  /// The value at `from` in all lanes, both parts in one register. Not to be overwritten.
  Vector broadcast(DType type, const x86::Mem& from);
  /// Sixteen elements from number `index + ahead` of `base`.
  Vector load(DType type, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead = 0);
  void store(const Vector& v, const x86::Gp& base, const x86::Gp& index, const x86::KReg* tail, int ahead = 0);

 private:
  struct Kept {
    std::uint64_t bits;
    Vector vector;
  };

  Vector shared(DType type, std::uint64_t bits);

  x86::Compiler& cc_;
  bool streams_ = false;
  asmjit::BaseNode* prologue_ = nullptr;
  std::vector<Kept> kept_;
};

}  // namespace lockstep::cpu::jit
