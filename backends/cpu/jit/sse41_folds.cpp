#include "sse41_folds.hpp"

#include "sse41_registers.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

constexpr RowInstructions kSet{
    .add = {I::kIdAddps, I::kIdAddpd, I::kIdPaddd, I::kIdPaddq, I::kIdPaddd, I::kIdPaddq},
    .mul = {I::kIdMulps, I::kIdMulpd, I::kIdPmulld, 0, I::kIdPmulld, 0},
    .min = {I::kIdMinps, I::kIdMinpd, I::kIdPminsd, 0, I::kIdPminud, 0},
    .max = {I::kIdMaxps, I::kIdMaxpd, I::kIdPmaxsd, 0, I::kIdPmaxud, 0},
    .bit_and = I::kIdPand,
    .bit_or = I::kIdPor,
    .bit_xor = I::kIdPxor,
    .add_32 = I::kIdPaddd,
    .subtract_32 = I::kIdPsubd,
    .compare_f32 = I::kIdCmpps,
    .compare_f64 = I::kIdCmppd,
    .choose = I::kIdPblendvb,
    .shuffle = I::kIdPshufd,
    .move = I::kIdMovaps,
    .move_32 = I::kIdMovd,
    .move_64 = I::kIdMovq,
    .extract_8 = I::kIdPextrb,
    .three_operands = false,
    .bytes = 16,
};

}  // namespace

Sse41FoldWriter::Sse41FoldWriter(x86::Compiler& cc, Machine& machine, Fold fold, DType type, bool counts)
    : RowFoldWriter(cc, machine, kSet, fold, type, counts) {}

void Sse41FoldWriter::multiply(const x86::Vec& to, const x86::Vec& x) const { multiply_64(cc_, to, x); }

x86::Vec Sse41FoldWriter::greater(const x86::Vec& a, const x86::Vec& b) const { return greater_64(cc_, a, b); }

}  // namespace lockstep::cpu::jit
