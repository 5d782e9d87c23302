// Folds in AVX-512, in the order of the unit tree (docs/same-bits.md): 8 rows of 128 lanes, then halving.
#include "avx512_folds.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr int kColumns = 8;   // vectors in a row of 128 lanes
constexpr int kFree = 4;      // accumulators where the order does not matter
constexpr int kRangeMin = 4;  // vrange: the smaller, with -0 before +0
constexpr int kRangeMax = 5;
constexpr int kAbove = 6;  // vpcmp: not less or equal

namespace I = x86::Inst;
using Instructions = FoldInstructions;
constexpr Instructions kAdd{I::kIdVaddps, I::kIdVaddpd, I::kIdVpaddd, I::kIdVpaddq, I::kIdVpaddd, I::kIdVpaddq};
constexpr Instructions kMul{I::kIdVmulps, I::kIdVmulpd, I::kIdVpmulld, I::kIdVpmullq, I::kIdVpmulld, I::kIdVpmullq};
constexpr Instructions kMin{I::kIdVrangeps, I::kIdVrangepd, I::kIdVpminsd, I::kIdVpminsq, I::kIdVpminud, I::kIdVpminuq};
constexpr Instructions kMax{I::kIdVrangeps, I::kIdVrangepd, I::kIdVpmaxsd, I::kIdVpmaxsq, I::kIdVpmaxud, I::kIdVpmaxuq};

}  // namespace

bool Avx512FoldWriter::has(Fold fold, DType type) {
  const bool number = fold == Fold::sum || fold == Fold::prod;
  if (number) return size_of(type) >= 4;
  if (fold == Fold::any || fold == Fold::all) return type == DType::boolean;
  return is_max_of(fold) || is_min_of(fold) || is_bitwise(fold);
}

Avx512FoldWriter::Avx512FoldWriter(x86::Compiler& cc, Memory& memory, Operations& operations, Fold fold, DType type,
                                   bool counts)
    : cc_(cc), memory_(memory), operations_(operations), fold_(fold), type_(type), counts_(counts) {
  if (!ordered()) return;
  spill_ = cc_.newUIntPtr();
  cc_.lea(spill_, cc_.newStack(static_cast<std::uint32_t>(128 * size_of(type)), 64));
}

int Avx512FoldWriter::accumulators() const { return ordered() ? kColumns : masks() ? 1 : kFree; }

int Avx512FoldWriter::registers() const {
  if (counts_ || masks()) return 0;
  return (accumulators() + (tracks_nan() ? kFree : 0)) * parts(type_);
}

Vector Avx512FoldWriter::identity() {
  if (!masks()) return memory_.fresh(type_, fold_identity(fold_, type_));
  const Vector v = memory_.make(DType::boolean);
  const x86::Gp bits = cc_.newUInt32();
  cc_.mov(bits, masks_are_anded() ? 0xffff : 0);
  cc_.kmovw(v.mask, bits);
  return v;
}

void Avx512FoldWriter::begin(Lanes lanes, int) {
  const bool in_registers = lanes != Lanes::in_memory;
  lanes_.clear();
  nans_.clear();
  if (counts_) {
    count_ = cc_.newUInt64();
    cc_.xor_(count_, count_);
    return;
  }
  if (ordered() && !in_registers) {
    const Vector start = identity();
    const x86::Gp lane = cc_.newUInt64();
    for (int column = 0; column < kColumns; ++column) {
      cc_.mov(lane, column * kWidth);
      memory_.store(start, spill_, lane, nullptr);
    }
    return;
  }
  const int count = in_registers ? accumulators() : 1;
  for (int i = 0; i < count; ++i) {
    lanes_.push_back(identity());
    if (tracks_nan()) nans_.push_back(memory_.fresh(type_, 0));
  }
}

void Avx512FoldWriter::combine(const x86::Vec& to, const x86::Vec& a, const x86::Vec& b) const {
  if (fold_ == Fold::sum || fold_ == Fold::prod)
    cc_.emit(fold_instruction(fold_ == Fold::sum ? kAdd : kMul, type_), to, a, b);
  else if (is_bitwise(fold_))
    cc_.emit(fold_ == Fold::band ? I::kIdVpandd : fold_ == Fold::bor ? I::kIdVpord : I::kIdVpxord, to, a, b);
  else if (is_floating(type_))
    cc_.emit(fold_instruction(kMin, type_), to, a, b, asmjit::Imm(is_max_of(fold_) ? kRangeMax : kRangeMin));
  else
    cc_.emit(fold_instruction(is_max_of(fold_) ? kMax : kMin, type_), to, a, b);
}

void Avx512FoldWriter::larger_bits(const x86::Vec& to, const x86::Vec& a, const x86::Vec& b) const {
  cc_.emit(type_ == DType::f32 ? I::kIdVpmaxud : I::kIdVpmaxuq, to, a, b);
}

/// The identity where an element does not exist.
Vector Avx512FoldWriter::masked(const Vector& x, const x86::KReg* tail) {
  if (!tail) return x;
  if (x.type != DType::boolean)
    return operations_.blend(*tail, x, memory_.constant(type_, fold_identity(fold_, type_)));
  const Vector v = memory_.make(DType::boolean);
  if (counts_ || !masks_are_anded()) {
    cc_.kandw(v.mask, x.mask, *tail);
  } else {
    const x86::KReg missing = cc_.newKw();
    cc_.knotw(missing, *tail);
    cc_.korw(v.mask, x.mask, missing);
  }
  return v;
}

void Avx512FoldWriter::accumulate(const Vector& into, const Vector& x) {
  if (masks()) {
    cc_.emit(masks_are_anded()     ? I::kIdKandw
             : fold_ == Fold::bxor ? I::kIdKxorw
                                   : I::kIdKorw,
             into.mask, into.mask, x.mask);
    return;
  }
  for (int p = 0; p < parts(type_); ++p) combine(into.part[p], into.part[p], x.part[p]);
}

void Avx512FoldWriter::track_nan(const Vector& into, const Vector& x) {
  for (int p = 0; p < parts(type_); ++p) {
    const x86::Zmm magnitude = cc_.newZmm();
    cc_.emit(type_ == DType::f32 ? I::kIdVpslld : I::kIdVpsllq, magnitude, x.part[p], asmjit::Imm(1));
    larger_bits(into.part[p], into.part[p], magnitude);
  }
}

void Avx512FoldWriter::add(int column, const Vector& element, const x86::KReg* tail) {
  const Vector x = masked(element, tail);
  if (counts_) {
    const x86::Gp bits = memory_.bits_of(x.mask);
    cc_.popcnt(bits, bits);
    cc_.add(count_, bits.r64());
    return;
  }
  const std::size_t place = static_cast<std::size_t>(column) % lanes_.size();
  accumulate(lanes_[place], x);
  if (tracks_nan()) track_nan(nans_[place], x);
}

void Avx512FoldWriter::add_at(const x86::Gp& lane, const Vector& element, const x86::KReg* tail) {
  if (!ordered()) return add(0, element, tail);
  const Vector sum = memory_.load(type_, spill_, lane, nullptr);
  accumulate(sum, masked(element, tail));
  memory_.store(sum, spill_, lane, nullptr);
}

/// Halves sixteen lanes to one.
template <class F>
x86::Xmm Avx512FoldWriter::across(const Vector& v, F f) {
  if (parts(type_) == 2) f(v.part[0], v.part[0], v.part[1]);
  const x86::Ymm half = cc_.newYmm();
  cc_.vextractf64x4(half, v.part[0], 1);
  const x86::Ymm y = v.part[0].ymm();
  f(y, y, half);
  const x86::Xmm quarter = half.xmm();
  const x86::Xmm x = v.part[0].xmm();
  cc_.vextractf128(quarter, y, 1);
  f(x, x, quarter);
  cc_.vpshufd(quarter, x, 0x4e);
  f(x, x, quarter);
  if (parts(type_) == 2) return x;
  cc_.vpshufd(quarter, x, 0xb1);
  f(x, x, quarter);
  return x;
}

void Avx512FoldWriter::close_masks(const x86::Gp& to, const x86::Gp& unit) {
  const x86::Gp bits = memory_.bits_of(lanes_[0].mask);
  if (masks_are_anded()) {
    cc_.cmp(bits, 0xffff);
    cc_.sete(bits.r8());
  } else if (fold_ == Fold::bxor) {
    cc_.popcnt(bits, bits);
    cc_.and_(bits, 1);
  } else {
    cc_.test(bits, bits);
    cc_.setnz(bits.r8());
  }
  cc_.mov(x86::byte_ptr(to, unit), bits.r8());
}

void Avx512FoldWriter::replace_by_nan(const x86::Xmm& result, const x86::Xmm& nan) {
  const x86::KReg is_nan = cc_.newKw();
  const bool f32 = type_ == DType::f32;
  const Vector infinity = memory_.constant(type_, f32 ? 0xff000000u : 0xffe0000000000000u);
  const Vector quiet = memory_.constant(type_, f32 ? 0x7fc00000u : 0x7ff8000000000000u);
  if (f32) {
    cc_.vpcmpud(is_nan, nan, infinity.part[0].xmm(), kAbove);
    cc_.k(is_nan).vmovdqu32(result, quiet.part[0].xmm());
  } else {
    cc_.vpcmpuq(is_nan, nan, infinity.part[0].xmm(), kAbove);
    cc_.k(is_nan).vmovdqu64(result, quiet.part[0].xmm());
  }
}

void Avx512FoldWriter::close(const x86::Gp& to, const x86::Gp& unit) {
  if (counts_) return void(cc_.mov(x86::qword_ptr(to, unit, 3), count_));
  if (masks()) return close_masks(to, unit);
  if (lanes_.empty()) {
    const x86::Gp lane = cc_.newUInt64();
    for (int column = 0; column < kColumns; ++column) {
      cc_.mov(lane, column * kWidth);
      lanes_.push_back(memory_.load(type_, spill_, lane, nullptr));
    }
  }
  for (std::size_t half = lanes_.size() / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) {
      accumulate(lanes_[i], lanes_[i + half]);
      if (!tracks_nan()) continue;
      for (int p = 0; p < parts(type_); ++p) larger_bits(nans_[i].part[p], nans_[i].part[p], nans_[i + half].part[p]);
    }
  }
  const x86::Xmm result = across(lanes_[0], [&](auto r, auto a, auto b) { combine(r, a, b); });
  if (tracks_nan()) replace_by_nan(result, across(nans_[0], [&](auto r, auto a, auto b) { larger_bits(r, a, b); }));
  if (size_of(type_) == 8)
    cc_.vmovq(x86::qword_ptr(to, unit, 3), result);
  else if (size_of(type_) == 4)
    cc_.vmovd(x86::dword_ptr(to, unit, 2), result);
  else
    cc_.vpextrb(x86::byte_ptr(to, unit), result, 0);
}

}  // namespace lockstep::cpu::jit
