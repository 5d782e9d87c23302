// Folds of units in the order of the unit tree (docs/same-bits.md): 8 rows of 128 lanes, then halving.
#include "row_folds.hpp"

#include <algorithm>
#include <utility>

#include "machine.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr int kFree = 4;          // accumulators where the order does not matter
constexpr int kFreeSpecials = 2;  // of signs, and of NaN
constexpr int kEqual = 0;
constexpr int kUnordered = 3;
constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;

/// The instruction that folds a register into another, or 0 where there is no single one. Bools are lanes of all ones
/// or none.
asmjit::InstId find_instruction(const RowInstructions& set, Fold fold, DType type) {
  const bool boolean = type == DType::boolean;
  if (fold == Fold::all || fold == Fold::band || (boolean && is_min_of(fold))) return set.bit_and;
  if (fold == Fold::any || fold == Fold::bor || (boolean && is_max_of(fold))) return set.bit_or;
  if (fold == Fold::bxor) return set.bit_xor;
  if (fold == Fold::sum) return fold_instruction(set.add, type);
  if (fold == Fold::prod) return fold_instruction(set.mul, type);
  return fold_instruction(is_min_of(fold) ? set.min : set.max, type);
}

}  // namespace

bool RowFoldWriter::has(Fold fold, DType type) {
  if (fold == Fold::sum || fold == Fold::prod) return size_of(type) >= 4;
  if (fold == Fold::any || fold == Fold::all) return type == DType::boolean;
  return is_min_of(fold) || is_max_of(fold) || is_bitwise(fold);
}

RowFoldWriter::RowFoldWriter(x86::Compiler& cc, Machine& machine, const RowInstructions& set, Fold fold, DType type,
                             bool counts)
    : cc_(cc), machine_(machine), set_(set), fold_(fold), type_(counts ? DType::u32 : type), counts_(counts) {
  op_ = counts ? set.subtract_32 : find_instruction(set, fold, type);
  if (ordered()) memory_ = cc_.newStack(static_cast<std::uint32_t>(128 * size_of(type)), 64);
}

int RowFoldWriter::registers() const { return ordered() ? 0 : kFree + (is_float_extreme() ? 2 * kFreeSpecials : 0); }

x86::Vec RowFoldWriter::make() const { return set_.bytes == 32 ? x86::Vec(cc_.newYmm()) : x86::Vec(cc_.newXmm()); }

x86::Vec RowFoldWriter::copy(const x86::Vec& x) const {
  const x86::Vec r = make();
  cc_.emit(set_.move, r, x);
  return r;
}

x86::Vec RowFoldWriter::constant(std::uint64_t bits) const { return machine_.constant(type_, bits).part[0]; }

/// Registers whose lanes hold the value with these bits.
std::vector<x86::Vec> RowFoldWriter::make(int count, std::uint64_t bits) {
  std::vector<x86::Vec> registers;
  const x86::Vec value = constant(bits);
  for (int i = 0; i < count; ++i) registers.push_back(copy(value));
  return registers;
}

void RowFoldWriter::begin(Lanes lanes, int more) {
  in_rows_ = lanes != Lanes::in_memory;
  const std::uint64_t identity = counts_ ? 0 : fold_identity(fold_, type_);
  if (ordered()) {
    const int all = vectors_in_row() * parts();
    lanes_.clear();
    for (int r = 0; in_rows_ && r < std::min(more, all); ++r) lanes_.push_back(make());
    taken_ = 0;
    if (lanes == Lanes::from_first_row) return;
    const x86::Vec value = constant(identity);
    while (taken_ < all) take(taken_, value);
    return;
  }
  lanes_ = make(kFree, is_flipped() ? identity ^ kTopBit : identity);
  if (!is_float_extreme()) return;
  nans_ = make(kFreeSpecials, 0);
  signs_ = make(kFreeSpecials, is_max() ? ~std::uint64_t{0} : 0);
}

void RowFoldWriter::apply(asmjit::InstId op, const x86::Vec& to, const x86::Vec& x, const asmjit::Operand& y) const {
  if (set_.three_operands) {
    cc_.emit(op, to, x, y);
  } else {
    if (to.id() != x.id()) cc_.emit(set_.move, to, x);
    cc_.emit(op, to, y);
  }
}

void RowFoldWriter::compare(const x86::Vec& to, const x86::Vec& x, const x86::Vec& y, int predicate) const {
  const asmjit::InstId op = type_ == DType::f32 ? set_.compare_f32 : set_.compare_f64;
  if (set_.three_operands) {
    cc_.emit(op, to, x, y, asmjit::Imm(predicate));
  } else {
    cc_.emit(set_.move, to, x);
    cc_.emit(op, to, y, asmjit::Imm(predicate));
  }
}

void RowFoldWriter::choose(const x86::Vec& to, const x86::Vec& x, const x86::Vec& mask) const {
  if (set_.three_operands)
    cc_.emit(set_.choose, to, to, x, mask);
  else
    cc_.emit(set_.choose, to, x, mask);
}

/// Extremes of floats take the second operand if one is NaN: what is lost then is not asked for.
void RowFoldWriter::combine(const x86::Vec& to, const x86::Vec& x) const {
  if (op_ != 0)
    apply(op_, to, x);
  else if (fold_ == Fold::prod)
    multiply(to, x);
  else
    choose(to, x, is_max() ? greater(x, to) : greater(to, x));
}

void RowFoldWriter::flip(const x86::Vec& x) const {
  const x86::Vec top = constant(kTopBit);
  apply(set_.bit_xor, x, x.isYmm() ? top : x86::Vec(top.xmm()));
}

/// Two registers at once: unordered where either is NaN.
void RowFoldWriter::note_nan(const x86::Vec& x, const x86::Vec& y) {
  const x86::Vec nan = make();
  compare(nan, x, y, kUnordered);
  apply(set_.bit_or, nans_[0], nan);
  std::swap(nans_[0], nans_[1]);
}

void RowFoldWriter::note_nans(int column, const Vector& x) {
  if (parts() == 2)
    note_nan(x.part[0], x.part[1]);
  else if (!in_rows_)
    note_nan(x.part[0], x.part[0]);
  else if (column % 2 == 0)
    pending_ = x.part[0];
  else
    note_nan(pending_, x.part[0]);
}

void RowFoldWriter::note_sign(const x86::Vec& x) {
  apply(is_max() ? set_.bit_and : set_.bit_or, signs_[0], x);
  std::swap(signs_[0], signs_[1]);
}

void RowFoldWriter::add(int column, const Vector& value, const x86::KReg*) {
  const Vector x = machine_.for_fold(value);
  for (int p = 0; p < parts(); ++p) {
    const int place = column * parts() + p;
    x86::Vec part = x.part[p];
    if (is_flipped()) flip(part = copy(part));
    if (!ordered())
      combine(lanes_[static_cast<std::size_t>(place % kFree)], part);
    else if (place == taken_)
      take(place, part);
    else if (place < static_cast<int>(lanes_.size()))
      combine(lanes_[static_cast<std::size_t>(place)], part);
    else
      add_to_memory(saved(place), part);
    if (is_float_extreme()) note_sign(part);
  }
  if (is_float_extreme()) note_nans(column, x);
}

void RowFoldWriter::take(int place, const x86::Vec& x) {
  if (place < static_cast<int>(lanes_.size()))
    cc_.emit(set_.move, lanes_[static_cast<std::size_t>(place)], x);
  else
    cc_.emit(set_.move, saved(place), x);
  ++taken_;
}

x86::Mem RowFoldWriter::saved(int place) const { return memory_.cloneAdjusted(place * set_.bytes); }

void RowFoldWriter::add_to_memory(const x86::Mem& at, const x86::Vec& x) {
  const x86::Vec sum = make();
  apply(op_, sum, x, at);
  cc_.emit(set_.move, at, sum);
}

void RowFoldWriter::add_at(const x86::Gp& lane, const Vector& x, const x86::KReg*) {
  if (!ordered()) return add(0, x, nullptr);
  const x86::Gp base = cc_.newUIntPtr();
  cc_.lea(base, memory_);
  for (int p = 0; p < parts(); ++p)
    add_to_memory(x86::ptr(base, lane, parts() == 2 ? 3 : 2, p * set_.bytes), x.part[p]);
}

/// The lanes, halved to `stride` vectors, of which this is number `column`.
std::vector<x86::Vec> RowFoldWriter::halve(int column, int stride) {
  std::vector<x86::Vec> left;
  if (stride == vectors_in_row()) {
    for (int place = column * parts(); place < (column + 1) * parts(); ++place) {
      if (place < static_cast<int>(lanes_.size())) {
        left.push_back(lanes_[static_cast<std::size_t>(place)]);
      } else {
        left.push_back(make());
        cc_.emit(set_.move, left.back(), saved(place));
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
x86::Xmm RowFoldWriter::across(std::vector<x86::Vec>& v, F f) const {
  for (std::size_t half = v.size() / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) f(v[i], v[i + half]);
  const x86::Xmm x = v[0].xmm(), other = cc_.newXmm();
  const auto fold_shuffled = [&](int places) {
    cc_.emit(set_.shuffle, other, x, asmjit::Imm(places));
    f(x, other);
  };
  if (set_.bytes == 32) {
    cc_.vextracti128(other, v[0].ymm(), 1);
    f(x, other);
  }
  fold_shuffled(0x4e);
  if (parts() == 1) fold_shuffled(0xb1);
  return x;
}

/// The sign of a zero, and NaN.
void RowFoldWriter::put_specials(const x86::Xmm& result) {
  const bool f32 = type_ == DType::f32;
  const auto signs = across(
      signs_, [&](const x86::Vec& to, const x86::Vec& x) { apply(is_max() ? set_.bit_and : set_.bit_or, to, x); });
  const auto nans = across(nans_, [&](const x86::Vec& to, const x86::Vec& x) { apply(set_.bit_or, to, x); });
  const x86::Xmm zero = cc_.newXmm();
  compare(zero, result, constant(0).xmm(), kEqual);
  apply(set_.bit_and, signs, constant(f32 ? 0x80000000u : kTopBit).xmm());
  choose(result, signs, zero);
  choose(result, constant(f32 ? 0x7fc00000u : 0x7ff8000000000000u).xmm(), nans);
}

void RowFoldWriter::store(const x86::Xmm& result, const x86::Gp& to, const x86::Gp& unit) const {
  if (counts_) {
    const x86::Gp count = cc_.newUInt64();
    cc_.emit(set_.move_32, count.r32(), result);
    cc_.mov(x86::qword_ptr(to, unit, 3), count);
  } else if (size_of(type_) == 8) {
    cc_.emit(set_.move_64, x86::qword_ptr(to, unit, 3), result);
  } else if (size_of(type_) == 4) {
    cc_.emit(set_.move_32, x86::dword_ptr(to, unit, 2), result);
  } else {
    cc_.emit(set_.extract_8, x86::byte_ptr(to, unit), result, asmjit::Imm(0));
  }
}

void RowFoldWriter::close(const x86::Gp& to, const x86::Gp& unit) {
  if (ordered()) lanes_ = halve(0, 1);
  const x86::Xmm result = across(lanes_, [&](const x86::Vec& r, const x86::Vec& x) {
    // Counts were subtracted, as lanes of -1.
    counts_ ? apply(set_.add_32, r, x) : combine(r, x);
  });
  if (is_float_extreme()) put_specials(result);
  if (is_flipped()) flip(result);
  if (type_ == DType::boolean) apply(set_.bit_and, result, machine_.constant(DType::u32, 1).part[0].xmm());
  store(result, to, unit);
}

}  // namespace lockstep::cpu::jit
