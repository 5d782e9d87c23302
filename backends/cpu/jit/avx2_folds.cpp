// Folds in AVX2, in the order of the unit tree (docs/same-bits.md): 8 rows of 128 lanes, then halving.
#include "avx2_folds.hpp"

#include <algorithm>
#include <utility>

#include "avx2.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

constexpr int kRegisterBytes = 32;
constexpr int kVectorsInRow = 16;
constexpr int kFree = 4;          // accumulators where the order does not matter
constexpr int kFreeSpecials = 2;  // of signs, and of NaN
constexpr int kUnordered = 3;     // UNORD_Q
constexpr int kEqual = 0;         // EQ_OQ

bool is_bitwise(Fold fold) { return fold == Fold::band || fold == Fold::bor || fold == Fold::bxor; }

constexpr FoldInstructions kAdd{I::kIdVaddps, I::kIdVaddpd, I::kIdVpaddd, I::kIdVpaddq, I::kIdVpaddd, I::kIdVpaddq};
constexpr FoldInstructions kMul{I::kIdVmulps, I::kIdVmulpd, I::kIdVpmulld, 0, I::kIdVpmulld, 0};
constexpr FoldInstructions kMin{I::kIdVminps, I::kIdVminpd, I::kIdVpminsd, 0, I::kIdVpminud, 0};
constexpr FoldInstructions kMax{I::kIdVmaxps, I::kIdVmaxpd, I::kIdVpmaxsd, 0, I::kIdVpmaxud, 0};

/// The instruction that folds a register into another, or 0 where there is no single one. Bools are lanes of all ones
/// or none.
asmjit::InstId find_instruction(Fold fold, DType type) {
  const bool boolean = type == DType::boolean;
  if (fold == Fold::all || fold == Fold::band || (boolean && is_min_of(fold))) return I::kIdVpand;
  if (fold == Fold::any || fold == Fold::bor || (boolean && is_max_of(fold))) return I::kIdVpor;
  if (fold == Fold::bxor) return I::kIdVpxor;
  if (fold == Fold::sum) return fold_instruction(kAdd, type);
  if (fold == Fold::prod) return fold_instruction(kMul, type);
  return fold_instruction(is_min_of(fold) ? kMin : kMax, type);
}

}  // namespace

bool Avx2FoldWriter::has(Fold fold, DType type) {
  if (fold == Fold::sum || fold == Fold::prod) return size_of(type) >= 4;
  if (fold == Fold::any || fold == Fold::all) return type == DType::boolean;
  return is_min_of(fold) || is_max_of(fold) || is_bitwise(fold);
}

Avx2FoldWriter::Avx2FoldWriter(x86::Compiler& cc, Avx2& machine, Fold fold, DType type, bool counts)
    : cc_(cc), machine_(machine), fold_(fold), type_(counts ? DType::u32 : type), counts_(counts) {
  op_ = counts ? I::kIdVpsubd : find_instruction(fold, type);
  if (ordered()) memory_ = cc_.newStack(static_cast<std::uint32_t>(128 * size_of(type)), 64);
}

bool Avx2FoldWriter::is_max() const { return is_max_of(fold_); }

int Avx2FoldWriter::registers() const { return ordered() ? 0 : kFree + (is_float_extreme() ? 2 * kFreeSpecials : 0); }

/// Registers whose lanes hold the value with these bits.
std::vector<x86::Vec> Avx2FoldWriter::make(int count, std::uint64_t bits) {
  std::vector<x86::Vec> registers;
  const Vector value = machine_.constant(type_, bits);
  for (int i = 0; i < count; ++i) {
    registers.push_back(cc_.newYmm());
    cc_.vmovdqa(registers.back(), value.part[0]);
  }
  return registers;
}

void Avx2FoldWriter::begin(bool in_registers, int more) {
  in_rows_ = in_registers;
  const std::uint64_t identity = counts_ ? 0 : fold_identity(fold_, type_);
  if (ordered()) {
    lanes_ = make(in_registers ? std::min(more, kVectorsInRow * parts()) : 0, identity);
    const Vector value = machine_.constant(type_, identity);
    for (int r = static_cast<int>(lanes_.size()); r < kVectorsInRow * parts(); ++r)
      cc_.vmovdqa(saved(r), value.part[0]);
    return;
  }
  // u64 is folded with its top bit flipped, as a signed number.
  const bool flipped = op_ == 0 && type_ == DType::u64 && fold_ != Fold::prod;
  lanes_ = make(kFree, flipped ? identity ^ (std::uint64_t{1} << 63) : identity);
  if (!is_float_extreme()) return;
  nans_ = make(kFreeSpecials, 0);
  signs_ = make(kFreeSpecials, is_max() ? ~std::uint64_t{0} : 0);
}

void Avx2FoldWriter::multiply_wide(const x86::Vec& to, const x86::Vec& x) const {
  const x86::Vec cross = to.isYmm() ? x86::Vec(cc_.newYmm()) : x86::Vec(cc_.newXmm());
  const x86::Vec other = to.isYmm() ? x86::Vec(cc_.newYmm()) : x86::Vec(cc_.newXmm());
  cc_.vpsrlq(cross, to, 32);
  cc_.vpmuludq(cross, cross, x);
  cc_.vpsrlq(other, x, 32);
  cc_.vpmuludq(other, other, to);
  cc_.vpaddq(cross, cross, other);
  cc_.vpsllq(cross, cross, 32);
  cc_.vpmuludq(to, to, x);
  cc_.vpaddq(to, to, cross);
}

void Avx2FoldWriter::extreme_wide(const x86::Vec& to, const x86::Vec& x) const {
  const x86::Vec better = to.isYmm() ? x86::Vec(cc_.newYmm()) : x86::Vec(cc_.newXmm());
  if (is_max())
    cc_.vpcmpgtq(better, x, to);
  else
    cc_.vpcmpgtq(better, to, x);
  cc_.vpblendvb(to, to, x, better);
}

void Avx2FoldWriter::combine(const x86::Vec& to, const x86::Vec& x) const {
  // Of extremes the second operand survives a NaN in the first: a NaN is dropped here.
  if (is_float_extreme())
    cc_.emit(op_, to, x, to);
  else if (op_ != 0)
    cc_.emit(op_, to, to, x);
  else if (fold_ == Fold::prod)
    multiply_wide(to, x);
  else
    extreme_wide(to, x);
}

/// Two registers at once: unordered where either is NaN.
void Avx2FoldWriter::note_nan(const x86::Vec& x, const x86::Vec& y) {
  const x86::Ymm nan = cc_.newYmm();
  cc_.emit(type_ == DType::f32 ? I::kIdVcmpps : I::kIdVcmppd, nan, x, y, asmjit::Imm(kUnordered));
  cc_.vpor(nans_[0], nans_[0], nan);
  std::swap(nans_[0], nans_[1]);
}

void Avx2FoldWriter::note_sign(const x86::Vec& x) {
  cc_.emit(is_max() ? I::kIdVpand : I::kIdVpor, signs_[0], signs_[0], x);
  std::swap(signs_[0], signs_[1]);
}

void Avx2FoldWriter::add(int column, const Vector& values, const x86::KReg*) {
  const Vector x = machine_.narrow(values);
  const int count = parts();
  for (int p = 0; p < count; ++p) {
    const int place = column * count + p;
    x86::Vec value = x.part[p];
    if (op_ == 0 && type_ == DType::u64 && fold_ != Fold::prod) {
      value = cc_.newYmm();
      cc_.vpxor(value, x.part[p], machine_.constant(DType::u64, std::uint64_t{1} << 63).part[0]);
    }
    if (!ordered())
      combine(lanes_[static_cast<std::size_t>(place % kFree)], value);
    else if (place < static_cast<int>(lanes_.size()))
      combine(lanes_[static_cast<std::size_t>(place)], value);
    else
      add_to_memory(saved(place), value);
    if (is_float_extreme()) note_sign(value);
  }
  if (!is_float_extreme()) return;
  if (count == 2)
    note_nan(x.part[0], x.part[1]);
  else if (!in_rows_)
    note_nan(x.part[0], x.part[0]);
  else if (column % 2 == 0)
    pending_ = x.part[0];
  else
    note_nan(pending_, x.part[0]);
}

x86::Mem Avx2FoldWriter::saved(int place) const { return memory_.cloneAdjusted(place * kRegisterBytes); }

void Avx2FoldWriter::add_to_memory(const x86::Mem& at, const x86::Vec& x) {
  const x86::Ymm sum = cc_.newYmm();
  cc_.emit(op_, sum, x, at);
  cc_.vmovdqa(at, sum);
}

void Avx2FoldWriter::add_at(const x86::Gp& lane, const Vector& x, const x86::KReg*) {
  if (!ordered()) return add(0, x, nullptr);
  const x86::Gp base = cc_.newUIntPtr();
  cc_.lea(base, memory_);
  for (int p = 0; p < parts(); ++p)
    add_to_memory(x86::ptr(base, lane, parts() == 2 ? 3 : 2, p * kRegisterBytes), x.part[p]);
}

/// The lanes, halved to `stride` vectors, of which this is number `column`.
std::vector<x86::Vec> Avx2FoldWriter::halve(int column, int stride) {
  std::vector<x86::Vec> left;
  if (stride == kVectorsInRow) {
    for (int place = column * parts(); place < (column + 1) * parts(); ++place) {
      if (place < static_cast<int>(lanes_.size())) {
        left.push_back(lanes_[static_cast<std::size_t>(place)]);
      } else {
        left.push_back(cc_.newYmm());
        cc_.vmovdqa(left.back(), saved(place));
      }
    }
    return left;
  }
  left = halve(column, 2 * stride);
  const std::vector<x86::Vec> right = halve(column + stride, 2 * stride);
  for (std::size_t p = 0; p < left.size(); ++p) combine(left[p], right[p]);
  return left;
}

/// Halves registers, then the lanes of the one that is left.
template <class F>
x86::Xmm Avx2FoldWriter::across(std::vector<x86::Vec>& v, F f) const {
  for (std::size_t half = v.size() / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) f(v[i], v[i + half]);
  const x86::Xmm other = cc_.newXmm();
  const x86::Xmm x = v[0].xmm();
  cc_.vextracti128(other, v[0].ymm(), 1);
  f(x, other);
  cc_.vpshufd(other, x, 0x4e);
  f(x, other);
  if (parts() == 2) return x;
  cc_.vpshufd(other, x, 0xb1);
  f(x, other);
  return x;
}

/// The sign of a zero, and NaN.
void Avx2FoldWriter::put_specials(const x86::Xmm& result) {
  const bool f32 = type_ == DType::f32;
  const auto compare = f32 ? I::kIdVcmpps : I::kIdVcmppd;
  const auto signs = across(signs_, [&](auto to, auto x) { cc_.emit(is_max() ? I::kIdVpand : I::kIdVpor, to, to, x); });
  const auto nans = across(nans_, [&](auto to, auto x) { cc_.vpor(to, to, x); });
  const x86::Xmm zero = cc_.newXmm();
  cc_.emit(compare, zero, result, machine_.constant(type_, 0).part[0].xmm(), asmjit::Imm(kEqual));
  cc_.vpand(signs, signs, machine_.constant(type_, f32 ? 0x80000000u : std::uint64_t{1} << 63).part[0].xmm());
  cc_.vpblendvb(result, result, signs, zero);
  const Vector nan = machine_.constant(type_, f32 ? 0x7fc00000u : 0x7ff8000000000000u);
  cc_.vpblendvb(result, result, nan.part[0].xmm(), nans);
}

void Avx2FoldWriter::store(const x86::Xmm& result, const x86::Gp& to, const x86::Gp& unit) const {
  if (counts_) {
    const x86::Gp count = cc_.newUInt64();
    cc_.vmovd(count.r32(), result);
    cc_.mov(x86::qword_ptr(to, unit, 3), count);
  } else if (size_of(type_) == 8) {
    cc_.vmovq(x86::qword_ptr(to, unit, 3), result);
  } else if (size_of(type_) == 4) {
    cc_.vmovd(x86::dword_ptr(to, unit, 2), result);
  } else {
    cc_.vpextrb(x86::byte_ptr(to, unit), result, 0);
  }
}

void Avx2FoldWriter::close(const x86::Gp& to, const x86::Gp& unit) {
  if (ordered()) lanes_ = halve(0, 1);
  x86::Xmm result;
  if (counts_)
    result = across(lanes_, [&](auto r, auto x) { cc_.vpaddd(r, r, x); });
  else
    result = across(lanes_, [&](auto r, auto x) { combine(r, x); });
  if (is_float_extreme()) put_specials(result);
  if (op_ == 0 && type_ == DType::u64 && fold_ != Fold::prod)
    cc_.vpxor(result, result, machine_.constant(DType::u64, std::uint64_t{1} << 63).part[0].xmm());
  if (type_ == DType::boolean) cc_.vpand(result, result, machine_.constant(DType::u32, 1).part[0].xmm());
  store(result, to, unit);
}

}  // namespace lockstep::cpu::jit
