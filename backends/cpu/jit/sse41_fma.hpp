#pragma once

#include <asmjit/x86.h>

#include "block_ops.hpp"

namespace lockstep::cpu::jit {

namespace x86 = asmjit::x86;

/// x*y + z with one rounding, where no instruction does it: a routine behind the function, called for a register at a
/// time. Written into the function, its branches and registers would make AsmJit take ten times as long.
class Sse41Fma {
 public:
  /// `rare`: fma of f64 for lanes that the routine has no sequence for.
  Sse41Fma(x86::Compiler& cc, BlockOp rare) : cc_(cc), rare_(rare) {}

  x86::Xmm call_single(const x86::Vec& a, const x86::Vec& b, const x86::Vec& c) { return call(single_, a, b, c); }
  x86::Xmm call_double(const x86::Vec& a, const x86::Vec& b, const x86::Vec& c) { return call(double_, a, b, c); }
  /// Writes the routines that were called; after the function's end.
  void write_routines();

 private:
  x86::Xmm call(asmjit::Label& routine, const x86::Vec& a, const x86::Vec& b, const x86::Vec& c);
  x86::Mem constant(std::uint64_t bits);
  x86::Mem constant(std::uint32_t bits) { return constant((std::uint64_t{bits} << 32) | bits); }

  void write_single();
  void write_single_odd();
  void write_double();
  void write_double_rare();
  void write_double_call();
  void product_rest();
  void sum(const x86::Xmm& to, const x86::Xmm& a, const x86::Xmm& b);
  void make_odd(const x86::Xmm& sum, const x86::Xmm& rest, const x86::Xmm& free);
  void widen(const x86::Xmm& to, const x86::Xmm& from, bool upper);

  x86::Compiler& cc_;
  BlockOp rare_;
  asmjit::Label single_, double_;
};

}  // namespace lockstep::cpu::jit
