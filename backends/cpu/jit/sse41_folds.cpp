// Folds in SSE4.1, in the order of the unit tree (docs/same-bits.md): 8 rows of 128 lanes, then halving.
#include "sse41_folds.hpp"

#include <algorithm>
#include <utility>

#include "sse41.hpp"
#include "sse41_registers.hpp"

namespace lockstep::cpu::jit {
namespace {

namespace I = x86::Inst;

constexpr int kRegisterBytes = 16;
constexpr int kVectorsInRow = 32;
constexpr int kFree = 4;          // accumulators where the order does not matter
constexpr int kFreeSpecials = 2;  // of signs, and of NaN
constexpr int kEqual = 0;
constexpr int kUnordered = 3;
constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;

bool is_bitwise(Fold fold) { return fold == Fold::band || fold == Fold::bor || fold == Fold::bxor; }

constexpr FoldInstructions kAdd{I::kIdAddps, I::kIdAddpd, I::kIdPaddd, I::kIdPaddq, I::kIdPaddd, I::kIdPaddq};
constexpr FoldInstructions kMul{I::kIdMulps, I::kIdMulpd, I::kIdPmulld, 0, I::kIdPmulld, 0};
constexpr FoldInstructions kMin{I::kIdMinps, I::kIdMinpd, I::kIdPminsd, 0, I::kIdPminud, 0};
constexpr FoldInstructions kMax{I::kIdMaxps, I::kIdMaxpd, I::kIdPmaxsd, 0, I::kIdPmaxud, 0};

/// The instruction that folds a register into another, or 0 where there is no single one. Bools are lanes of all ones
/// or none.
asmjit::InstId find_instruction(Fold fold, DType type) {
  const bool boolean = type == DType::boolean;
  if (fold == Fold::all || fold == Fold::band || (boolean && is_min_of(fold))) return I::kIdPand;
  if (fold == Fold::any || fold == Fold::bor || (boolean && is_max_of(fold))) return I::kIdPor;
  if (fold == Fold::bxor) return I::kIdPxor;
  if (fold == Fold::sum) return fold_instruction(kAdd, type);
  if (fold == Fold::prod) return fold_instruction(kMul, type);
  return fold_instruction(is_min_of(fold) ? kMin : kMax, type);
}

}  // namespace

bool Sse41FoldWriter::has(Fold fold, DType type) {
  if (fold == Fold::sum || fold == Fold::prod) return size_of(type) >= 4;
  if (fold == Fold::any || fold == Fold::all) return type == DType::boolean;
  return is_min_of(fold) || is_max_of(fold) || is_bitwise(fold);
}

Sse41FoldWriter::Sse41FoldWriter(x86::Compiler& cc, Sse41& machine, Fold fold, DType type, bool counts)
    : cc_(cc), machine_(machine), fold_(fold), type_(counts ? DType::u32 : type), counts_(counts) {
  op_ = counts ? I::kIdPsubd : find_instruction(fold, type);
  if (ordered()) memory_ = cc_.newStack(static_cast<std::uint32_t>(128 * size_of(type)), 64);
}

int Sse41FoldWriter::registers() const { return ordered() ? 0 : kFree + (is_float_extreme() ? 2 * kFreeSpecials : 0); }

/// Registers whose lanes hold the value with these bits.
std::vector<x86::Vec> Sse41FoldWriter::make(int count, std::uint64_t bits) {
  std::vector<x86::Vec> registers;
  const Vector value = machine_.constant(type_, bits);
  for (int i = 0; i < count; ++i) registers.push_back(copy(cc_, value.part[0]));
  return registers;
}

void Sse41FoldWriter::begin(bool in_registers, int more) {
  in_rows_ = in_registers;
  const std::uint64_t identity = counts_ ? 0 : fold_identity(fold_, type_);
  if (ordered()) {
    lanes_ = make(in_registers ? std::min(more, kVectorsInRow * parts()) : 0, identity);
    const Vector value = machine_.constant(type_, identity);
    for (int r = static_cast<int>(lanes_.size()); r < kVectorsInRow * parts(); ++r)
      cc_.movaps(saved(r), value.part[0].xmm());
    return;
  }
  lanes_ = make(kFree, is_flipped() ? identity ^ kTopBit : identity);
  if (!is_float_extreme()) return;
  nans_ = make(kFreeSpecials, 0);
  signs_ = make(kFreeSpecials, is_max() ? ~std::uint64_t{0} : 0);
}

/// Extremes of floats take the second operand if one is NaN: what is lost then is not asked for.
void Sse41FoldWriter::combine(const x86::Vec& to, const x86::Vec& x) const {
  if (op_ != 0)
    cc_.emit(op_, to, x);
  else if (fold_ == Fold::prod)
    multiply_64(cc_, to, x);
  else
    blend(cc_, to, x, is_max() ? greater_64(cc_, x, to) : greater_64(cc_, to, x));
}

/// Two registers at once: unordered where either is NaN.
void Sse41FoldWriter::note_nan(const x86::Vec& x, const x86::Vec& y) {
  const x86::Xmm nan = copy(cc_, x);
  cc_.emit(type_ == DType::f32 ? I::kIdCmpps : I::kIdCmppd, nan, y, asmjit::Imm(kUnordered));
  cc_.por(nans_[0].xmm(), nan);
  std::swap(nans_[0], nans_[1]);
}

void Sse41FoldWriter::note_nans(int column, const Vector& x) {
  if (parts() == 2)
    note_nan(x.part[0], x.part[1]);
  else if (!in_rows_)
    note_nan(x.part[0], x.part[0]);
  else if (column % 2 == 0)
    pending_ = x.part[0];
  else
    note_nan(pending_, x.part[0]);
}

void Sse41FoldWriter::note_sign(const x86::Vec& x) {
  cc_.emit(is_max() ? I::kIdPand : I::kIdPor, signs_[0], x);
  std::swap(signs_[0], signs_[1]);
}

x86::Vec Sse41FoldWriter::flipped(const x86::Vec& x) const {
  const x86::Xmm r = copy(cc_, x);
  cc_.emit(I::kIdPxor, r, machine_.literal(DType::u64, kTopBit));
  return r;
}

void Sse41FoldWriter::add(int column, const Vector& x, const x86::KReg*) {
  for (int p = 0; p < parts(); ++p) {
    const int place = column * parts() + p;
    const x86::Vec value = is_flipped() ? flipped(x.part[p]) : x.part[p];
    if (!ordered())
      combine(lanes_[static_cast<std::size_t>(place % kFree)], value);
    else if (place < static_cast<int>(lanes_.size()))
      combine(lanes_[static_cast<std::size_t>(place)], value);
    else
      add_to_memory(saved(place), value);
    if (is_float_extreme()) note_sign(value);
  }
  if (is_float_extreme()) note_nans(column, x);
}

x86::Mem Sse41FoldWriter::saved(int place) const { return memory_.cloneAdjusted(place * kRegisterBytes); }

void Sse41FoldWriter::add_to_memory(const x86::Mem& at, const x86::Vec& x) {
  const x86::Xmm sum = copy(cc_, x);
  cc_.emit(op_, sum, at);
  cc_.movaps(at, sum);
}

void Sse41FoldWriter::add_at(const x86::Gp& lane, const Vector& x, const x86::KReg*) {
  if (!ordered()) return add(0, x, nullptr);
  const x86::Gp base = cc_.newUIntPtr();
  cc_.lea(base, memory_);
  for (int p = 0; p < parts(); ++p)
    add_to_memory(x86::ptr(base, lane, parts() == 2 ? 3 : 2, p * kRegisterBytes), x.part[p]);
}

/// The lanes, halved to `stride` vectors, of which this is number `column`.
std::vector<x86::Vec> Sse41FoldWriter::halve(int column, int stride) {
  std::vector<x86::Vec> left;
  if (stride == kVectorsInRow) {
    for (int place = column * parts(); place < (column + 1) * parts(); ++place) {
      if (place < static_cast<int>(lanes_.size())) {
        left.push_back(lanes_[static_cast<std::size_t>(place)]);
      } else {
        left.push_back(cc_.newXmm());
        cc_.movaps(left.back().xmm(), saved(place));
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
x86::Xmm Sse41FoldWriter::across(std::vector<x86::Vec>& v, F f) const {
  for (std::size_t half = v.size() / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) f(v[i], v[i + half]);
  const x86::Xmm x = v[0].xmm();
  f(x, upper_half(cc_, x));
  if (parts() == 2) return x;
  const x86::Xmm other = cc_.newXmm();
  cc_.pshufd(other, x, 0xb1);
  f(x, other);
  return x;
}

/// The sign of a zero, and NaN.
void Sse41FoldWriter::put_specials(const x86::Xmm& result) {
  const bool f32 = type_ == DType::f32;
  const auto signs = across(signs_, [&](auto to, auto x) { cc_.emit(is_max() ? I::kIdPand : I::kIdPor, to, x); });
  const auto nans = across(nans_, [&](auto to, auto x) { cc_.por(to.xmm(), x.xmm()); });
  const x86::Xmm zero = copy(cc_, result);
  cc_.emit(f32 ? I::kIdCmpps : I::kIdCmppd, zero, machine_.literal(type_, 0), asmjit::Imm(kEqual));
  cc_.emit(I::kIdPand, signs, machine_.literal(type_, f32 ? 0x80000000u : kTopBit));
  blend(cc_, result, signs, zero);
  blend(cc_, result, machine_.constant(type_, f32 ? 0x7fc00000u : 0x7ff8000000000000u).part[0], nans);
}

void Sse41FoldWriter::store(const x86::Xmm& result, const x86::Gp& to, const x86::Gp& unit) const {
  if (counts_) {
    const x86::Gp count = cc_.newUInt64();
    cc_.movd(count.r32(), result);
    cc_.mov(x86::qword_ptr(to, unit, 3), count);
  } else if (size_of(type_) == 8) {
    cc_.movq(x86::qword_ptr(to, unit, 3), result);
  } else if (size_of(type_) == 4) {
    cc_.movd(x86::dword_ptr(to, unit, 2), result);
  } else {
    cc_.pextrb(x86::byte_ptr(to, unit), result, 0);
  }
}

void Sse41FoldWriter::close(const x86::Gp& to, const x86::Gp& unit) {
  if (ordered()) lanes_ = halve(0, 1);
  x86::Xmm result;
  if (counts_)
    result = across(lanes_, [&](auto r, auto x) { cc_.paddd(r.xmm(), x.xmm()); });
  else
    result = across(lanes_, [&](auto r, auto x) { combine(r, x); });
  if (is_float_extreme()) put_specials(result);
  if (is_flipped()) result = flipped(result).xmm();
  if (type_ == DType::boolean) cc_.emit(I::kIdPand, result, machine_.literal(DType::u32, 1));
  store(result, to, unit);
}

}  // namespace lockstep::cpu::jit
