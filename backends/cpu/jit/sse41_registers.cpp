#include "sse41_registers.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr int kUpperOfEach = 0xf5;  // of pshufd: the upper half of each 64-bit lane in both of its halves

}  // namespace

void multiply_64(x86::Compiler& cc, const x86::Vec& to, const x86::Vec& x) {
  const x86::Xmm cross = copy(cc, to);
  const x86::Xmm other = copy(cc, x);
  cc.psrlq(cross, 32);
  cc.pmuludq(cross, x.xmm());
  cc.psrlq(other, 32);
  cc.pmuludq(other, to.xmm());
  cc.paddq(cross, other);
  cc.psllq(cross, 32);
  cc.pmuludq(to.xmm(), x.xmm());
  cc.paddq(to.xmm(), cross);
}

/// Greater in the upper halves, or equal there and a borrow out of the lower ones.
x86::Xmm greater_64(x86::Compiler& cc, const x86::Vec& a, const x86::Vec& b) {
  const x86::Xmm equal = copy(cc, a);
  const x86::Xmm borrow = copy(cc, b);
  const x86::Xmm greater = copy(cc, a);
  cc.pcmpeqd(equal, b.xmm());
  cc.psubq(borrow, a.xmm());
  cc.pcmpgtd(greater, b.xmm());
  cc.pand(equal, borrow);
  cc.por(greater, equal);
  cc.pshufd(greater, greater, kUpperOfEach);
  return greater;
}

x86::Xmm sign_64(x86::Compiler& cc, const x86::Vec& x) {
  const x86::Xmm sign = copy(cc, x);
  cc.psrad(sign, 31);
  cc.pshufd(sign, sign, kUpperOfEach);
  return sign;
}

}  // namespace lockstep::cpu::jit
