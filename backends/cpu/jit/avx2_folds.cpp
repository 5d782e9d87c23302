#include "avx2_folds.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

constexpr RowInstructions kSet{
    .add = {I::kIdVaddps, I::kIdVaddpd, I::kIdVpaddd, I::kIdVpaddq, I::kIdVpaddd, I::kIdVpaddq},
    .mul = {I::kIdVmulps, I::kIdVmulpd, I::kIdVpmulld, 0, I::kIdVpmulld, 0},
    .min = {I::kIdVminps, I::kIdVminpd, I::kIdVpminsd, 0, I::kIdVpminud, 0},
    .max = {I::kIdVmaxps, I::kIdVmaxpd, I::kIdVpmaxsd, 0, I::kIdVpmaxud, 0},
    .bit_and = I::kIdVpand,
    .bit_or = I::kIdVpor,
    .bit_xor = I::kIdVpxor,
    .add_32 = I::kIdVpaddd,
    .subtract_32 = I::kIdVpsubd,
    .compare_f32 = I::kIdVcmpps,
    .compare_f64 = I::kIdVcmppd,
    .choose = I::kIdVpblendvb,
    .shuffle = I::kIdVpshufd,
    .move = I::kIdVmovdqa,
    .move_32 = I::kIdVmovd,
    .move_64 = I::kIdVmovq,
    .extract_8 = I::kIdVpextrb,
    .three_operands = true,
    .bytes = 32,
};

}  // namespace

Avx2FoldWriter::Avx2FoldWriter(x86::Compiler& cc, Machine& machine, Fold fold, DType type, bool counts)
    : RowFoldWriter(cc, machine, kSet, fold, type, counts) {}

x86::Vec Avx2FoldWriter::make_like(const x86::Vec& x) const {
  return x.isYmm() ? x86::Vec(cc_.newYmm()) : x86::Vec(cc_.newXmm());
}

void Avx2FoldWriter::multiply(const x86::Vec& to, const x86::Vec& x) const {
  const x86::Vec cross = make_like(to), other = make_like(to);
  cc_.vpsrlq(cross, to, 32);
  cc_.vpmuludq(cross, cross, x);
  cc_.vpsrlq(other, x, 32);
  cc_.vpmuludq(other, other, to);
  cc_.vpaddq(cross, cross, other);
  cc_.vpsllq(cross, cross, 32);
  cc_.vpmuludq(to, to, x);
  cc_.vpaddq(to, to, cross);
}

x86::Vec Avx2FoldWriter::greater(const x86::Vec& a, const x86::Vec& b) const {
  const x86::Vec r = make_like(a);
  cc_.vpcmpgtq(r, a, b);
  return r;
}

}  // namespace lockstep::cpu::jit
