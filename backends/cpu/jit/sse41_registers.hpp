#pragma once

#include <asmjit/x86.h>

// What takes several instructions on one register in SSE4.1. Instructions overwrite their first operand there.

namespace lockstep::cpu::jit {

namespace x86 = asmjit::x86;

inline x86::Xmm copy(x86::Compiler& cc, const x86::Vec& x) {
  const x86::Xmm r = cc.newXmm();
  cc.movaps(r, x.xmm());
  return r;
}

/// The upper half of `x`, as the lower one.
inline x86::Xmm upper_half(x86::Compiler& cc, const x86::Vec& x) {
  const x86::Xmm r = cc.newXmm();
  cc.pshufd(r, x.xmm(), 0xee);
  return r;
}

/// to = mask ? x : to, where all bits of a byte of the mask are set or none. The instruction takes its mask in xmm0
/// only.
inline void blend(x86::Compiler& cc, const x86::Vec& to, const x86::Vec& x, const x86::Vec& mask) {
  cc.pblendvb(to.xmm(), x.xmm(), mask.xmm());
}

/// The low halves of products of 64-bit numbers, of products of 32-bit ones: to *= x.
void multiply_64(x86::Compiler& cc, const x86::Vec& to, const x86::Vec& x);

/// All bits of a 64-bit lane where a > b, as signed numbers. SSE4.2 has an instruction for it.
x86::Xmm greater_64(x86::Compiler& cc, const x86::Vec& a, const x86::Vec& b);

/// All bits of a 64-bit lane whose top bit is set.
x86::Xmm sign_64(x86::Compiler& cc, const x86::Vec& x);

}  // namespace lockstep::cpu::jit
