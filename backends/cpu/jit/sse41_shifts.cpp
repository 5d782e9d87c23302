// Shifts in SSE4.1, whose instructions shift all lanes of a register by one count.
#include <array>

#include "sse41.hpp"
#include "sse41_registers.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

struct Row {
  asmjit::InstId narrow, wide;
};
constexpr Row kLeft{I::kIdPslld, I::kIdPsllq};
constexpr Row kRight{I::kIdPsrld, I::kIdPsrlq};
constexpr Row kSigned{I::kIdPsrad, 0};

}  // namespace

/// `by` shifts a register of its own in place, by an instruction.
template <class F>
Vector Sse41::shift_kind(Op op, const Vector& a, F by) {
  const bool wide = size_of(a.type) == 8;
  const Row& row = op == Op::shl ? kLeft : is_signed(a.type) ? kSigned : kRight;
  if (!wide || row.wide) {
    const Vector r = copy_of(a);
    by(wide ? row.wide : row.narrow, r);
    return op == Op::shl ? wrap(r) : r;
  }
  // No arithmetic shift of 64 bits: negative numbers are shifted as their complement.
  const Vector sign = sign_mask(a);
  const Vector r = each(I::kIdPxor, a, sign);
  by(kRight.wide, r);
  onto(I::kIdPxor, r, sign);
  return r;
}

Vector Sse41::shift(Op op, const Vector& a, const Vector& b) {
  const Vector counts = each(I::kIdPand, b, literal(bits_of(a.type), 8 * size_of(a.type) - 1));
  return shift_kind(op, a, [&](Id id, const Vector& r) { shift_lanes(id, r, counts); });
}

Vector Sse41::shift_by(Op op, const Vector& a, int count) {
  return shift_kind(op, a, [&](Id id, const Vector& r) { onto(id, r, count); });
}

/// Each lane by its own count: the register by the count of each lane, and of each result that lane. A count is the
/// lower half of a register.
void Sse41::shift_lanes(Id id, const Vector& to, const Vector& counts) {
  if (size_of(to.type) == 8) {
    for (int p = 0; p < 2; ++p) {
      const x86::Xmm second = copy(cc_, to.part[p]);
      cc_.emit(id, second, upper_half(cc_, counts.part[p]));
      cc_.emit(id, to.part[p], counts.part[p]);
      cc_.pblendw(to.part[p].xmm(), second, 0xf0);
    }
    return;
  }
  std::array<x86::Xmm, 4> shifted;
  for (std::size_t lane = 0; lane < 4; ++lane) {
    const x86::Xmm count = cc_.newXmm();
    cc_.pshufd(count, counts.part[0].xmm(), static_cast<int>(lane));
    cc_.pmovzxdq(count, count);
    shifted[lane] = copy(cc_, to.part[0]);
    cc_.emit(id, shifted[lane], count);
  }
  cc_.pblendw(shifted[0], shifted[1], 0x0c);
  cc_.pblendw(shifted[2], shifted[3], 0xc0);
  cc_.pblendw(shifted[0], shifted[2], 0xf0);
  cc_.movaps(to.part[0].xmm(), shifted[0]);
}

}  // namespace lockstep::cpu::jit
