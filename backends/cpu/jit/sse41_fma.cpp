// The sum of a product and its rest, and of z, is rounded to odd where it would be rounded twice: S. Boldo, G.
// Melquiond, "Emulation of a FMA and correctly-rounded sums: proved algorithms using rounding to odd", IEEE Trans.
// Computers 57 (2008).
#include "sse41_fma.hpp"

#include <bit>
#include <iterator>

#include "sse41_registers.hpp"

namespace lockstep::cpu::jit {
namespace {

using x86::rsp, x86::rbp;
using x86::xmm0, x86::xmm1, x86::xmm2, x86::xmm10, x86::xmm11, x86::xmm12, x86::xmm13, x86::xmm14, x86::xmm15;

constexpr int kEqual = 0;
constexpr int kLess = 1;
constexpr int kNotEqual = 4;
constexpr int kNotLessEqual = 6;  // true for NaN

// A routine takes xmm0, xmm1 and xmm2, gives xmm0 and overwrites xmm10 to xmm15. AsmJit gives low registers first: what
// is alive during a call is then mostly in those that the routine keeps.
constexpr std::uint32_t kAll = 0xffff;
constexpr std::uint32_t kPreserved = 0x3fe;

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

}  // namespace

x86::Xmm Sse41Fma::call(asmjit::Label& routine, const x86::Vec& a, const x86::Vec& b, const x86::Vec& c) {
  if (!routine.isValid()) routine = cc_.newLabel();
  // One register as two operands would be copied into the second one's place after AsmJit had seen that the call keeps
  // what is there.
  const x86::Xmm first = a.xmm(), second = b.id() == a.id() ? copy(cc_, b) : b.xmm();
  const bool again = c.id() == a.id() || c.id() == b.id();
  const x86::Xmm operands[] = {first, second, again ? copy(cc_, c) : c.xmm()};
  asmjit::FuncSignatureBuilder signature(asmjit::CallConvId::kX64SystemV);
  signature.setRet(asmjit::TypeId::kInt32x4);
  for (int i = 0; i < 3; ++i) signature.addArg(asmjit::TypeId::kInt32x4);
  asmjit::InvokeNode* call = nullptr;
  cc_.invoke(&call, routine, signature);
  call->detail()._callConv.setPreservedRegs(asmjit::RegGroup::kGp, kAll);
  call->detail()._callConv.setPreservedRegs(asmjit::RegGroup::kVec, kPreserved);
  const x86::Xmm r = cc_.newXmm();
  for (std::size_t i = 0; i < 3; ++i) call->setArg(i, operands[i]);
  call->setRet(0, r);
  return r;
}

void Sse41Fma::write_routines() {
  if (single_.isValid()) write_single();
  if (double_.isValid()) write_double();
}

x86::Mem Sse41Fma::constant(std::uint64_t bits) {
  const std::uint64_t lanes[2] = {bits, bits};
  return cc_.newConst(asmjit::ConstPoolScope::kGlobal, lanes, sizeof lanes);
}

/// Two of four floats, as f64.
void Sse41Fma::widen(const x86::Xmm& to, const x86::Xmm& from, bool upper) {
  if (upper) cc_.pshufd(to, from, 0xee);
  cc_.cvtps2pd(to, upper ? to : from);
}

/// In f64, where the product is exact. The sum is rounded to 53 bits and then to 24 or fewer: that differs from one
/// rounding only if the first gives the middle of two floats. Then, which is rare, and where the float is so small that
/// its middles lie elsewhere, the sum is rounded to odd.
void Sse41Fma::write_single() {
  const asmjit::Label odd = cc_.newLabel();
  cc_.align(asmjit::AlignMode::kCode, 16);
  cc_.bind(single_);
  for (const bool upper : {false, true}) {
    const x86::Xmm& half = upper ? xmm11 : xmm10;
    widen(half, xmm0, upper);
    widen(xmm12, xmm1, upper);
    cc_.mulpd(half, xmm12);
    widen(xmm12, xmm2, upper);
    cc_.addpd(half, xmm12);
  }
  cc_.movaps(xmm13, xmm10);
  cc_.shufps(xmm13, xmm11, 0x88);  // the low halves
  cc_.pand(xmm13, constant(0x1fffffffu));
  cc_.pcmpeqd(xmm13, constant(0x10000000u));
  cc_.cvtpd2ps(xmm10, xmm10);
  cc_.cvtpd2ps(xmm11, xmm11);
  cc_.movlhps(xmm10, xmm11);
  cc_.movaps(xmm11, xmm10);
  cc_.pand(xmm11, constant(0x7fffffffu));
  cc_.movaps(xmm12, constant(0x00800001u));
  cc_.pcmpgtd(xmm12, xmm11);
  cc_.por(xmm13, xmm12);
  cc_.ptest(xmm13, xmm13);
  cc_.jnz(odd);
  cc_.movaps(xmm0, xmm10);
  cc_.emit(x86::Inst::kIdRet);
  cc_.bind(odd);
  write_single_odd();
}

/// xmm10 has the result, xmm13 is set in the lanes where it may be wrong.
void Sse41Fma::write_single_odd() {
  cc_.sub(rsp, 24);
  cc_.movups(x86::ptr(rsp), xmm13);
  for (const bool upper : {false, true}) {
    widen(xmm11, xmm0, upper);
    widen(xmm12, xmm1, upper);
    cc_.mulpd(xmm11, xmm12);
    widen(xmm12, xmm2, upper);
    sum(xmm13, xmm11, xmm12);
    make_odd(xmm13, xmm11, xmm12);
    cc_.cvtpd2ps(upper ? xmm11 : xmm15, xmm13);
  }
  cc_.movlhps(xmm15, xmm11);
  cc_.movups(xmm0, x86::ptr(rsp));
  cc_.add(rsp, 24);
  cc_.pand(xmm15, xmm0);
  cc_.pandn(xmm0, xmm10);
  cc_.por(xmm0, xmm15);
  cc_.emit(x86::Inst::kIdRet);
}

/// to = a + b; a = a + b - to, exactly (Knuth); b and xmm14 are lost.
void Sse41Fma::sum(const x86::Xmm& to, const x86::Xmm& a, const x86::Xmm& b) {
  cc_.movaps(to, a);
  cc_.addpd(to, b);
  cc_.movaps(xmm14, to);
  cc_.subpd(xmm14, a);
  cc_.subpd(b, xmm14);
  cc_.subpd(xmm14, to);  // with its sign changed
  cc_.addpd(a, xmm14);
  cc_.addpd(a, b);
}

/// `sum` as if it had been rounded to odd, from what it lacks: cut off toward zero, with the last bit set if any was
/// lost. An infinity comes out wrong.
void Sse41Fma::make_odd(const x86::Xmm& sum, const x86::Xmm& rest, const x86::Xmm& free) {
  cc_.movaps(free, rest);
  cc_.cmppd(free, constant(std::uint64_t{0}), kNotEqual);
  cc_.pxor(rest, sum);
  cc_.psrad(rest, 31);
  cc_.pshufd(rest, rest, 0xf5);  // all bits of a lane where the rest points the other way
  cc_.pand(rest, free);
  cc_.paddq(sum, rest);
  cc_.psrlq(free, 63);
  cc_.por(sum, free);
}

/// xmm10 = xmm0 * xmm1; xmm15 = xmm0 * xmm1 - xmm10, exactly: Dekker's sequence on Veltkamp's halves.
void Sse41Fma::product_rest() {
  const auto split = [&](const x86::Xmm& x, const x86::Xmm& high, const x86::Xmm& low) {
    cc_.movaps(high, x);
    cc_.mulpd(high, constant(bits(0x1p27 + 1)));
    cc_.movaps(low, high);
    cc_.subpd(low, x);
    cc_.subpd(high, low);
    cc_.movaps(low, x);
    cc_.subpd(low, high);
  };
  const auto add_product = [&](const x86::Xmm& lost, const x86::Xmm& factor) {
    cc_.mulpd(lost, factor);
    cc_.addpd(xmm15, lost);
  };
  cc_.movaps(xmm10, xmm0);
  cc_.mulpd(xmm10, xmm1);
  split(xmm0, xmm11, xmm12);
  split(xmm1, xmm13, xmm14);
  cc_.movaps(xmm15, xmm11);
  cc_.mulpd(xmm15, xmm13);
  cc_.subpd(xmm15, xmm10);
  add_product(xmm11, xmm14);
  add_product(xmm13, xmm12);
  add_product(xmm12, xmm14);
}

/// With products, sums and their rests. They are exact if the product is at least 2^-900, so that its rest is a number,
/// and if nothing overflows: then the result is finite, for an infinity on the way ends as NaN.
void Sse41Fma::write_double() {
  const asmjit::Label rare = cc_.newLabel();
  cc_.align(asmjit::AlignMode::kCode, 16);
  cc_.bind(double_);
  product_rest();
  cc_.movaps(xmm12, xmm2);
  sum(xmm11, xmm15, xmm12);  // the rest of the product and z
  cc_.movaps(xmm13, xmm11);
  sum(xmm12, xmm10, xmm13);  // the product and that
  sum(xmm11, xmm10, xmm15);  // the rests of both sums
  make_odd(xmm11, xmm10, xmm13);
  cc_.addpd(xmm12, xmm11);
  cc_.movaps(xmm10, xmm0);
  cc_.mulpd(xmm10, xmm1);
  const x86::Mem magnitude = constant(0x7fffffffffffffffu);
  cc_.pand(xmm10, magnitude);
  cc_.cmppd(xmm10, constant(bits(0x1p-900)), kLess);
  cc_.movaps(xmm13, xmm12);
  cc_.pand(xmm13, magnitude);
  cc_.cmppd(xmm13, constant(0x7fefffffffffffffu), kNotLessEqual);
  cc_.por(xmm13, xmm10);
  cc_.ptest(xmm13, xmm13);
  cc_.jnz(rare);
  cc_.movaps(xmm0, xmm12);
  cc_.emit(x86::Inst::kIdRet);
  cc_.bind(rare);
  write_double_rare();
}

/// A product with zero is exact, whatever its rest was found to be; else the C library has to say, for both lanes.
/// xmm12 has the result, xmm13 is set in the lanes where it may be wrong.
void Sse41Fma::write_double_rare() {
  const asmjit::Label calls = cc_.newLabel();
  const x86::Mem zero = constant(std::uint64_t{0});
  cc_.movaps(xmm10, xmm0);
  cc_.cmppd(xmm10, zero, kEqual);
  cc_.movaps(xmm11, xmm1);
  cc_.cmppd(xmm11, zero, kEqual);
  cc_.por(xmm10, xmm11);
  cc_.movaps(xmm14, xmm10);
  cc_.pandn(xmm14, xmm13);
  cc_.ptest(xmm14, xmm14);
  cc_.jnz(calls);
  cc_.mulpd(xmm0, xmm1);
  cc_.addpd(xmm0, xmm2);
  cc_.pand(xmm0, xmm10);
  cc_.pandn(xmm10, xmm12);
  cc_.por(xmm0, xmm10);
  cc_.emit(x86::Inst::kIdRet);
  cc_.bind(calls);
  write_double_call();
}

/// A call of the C++ function, around which every register but xmm0 is saved that the caller counts on.
void Sse41Fma::write_double_call() {
  static const x86::Gp kSaved[] = {x86::rax, x86::rcx, x86::rdx, x86::rsi, x86::rdi,
                                   x86::r8,  x86::r9,  x86::r10, x86::r11};
  constexpr int kVectors = 16;
  const auto slot = [](std::uint32_t i) { return x86::ptr(rsp, static_cast<int>(16 * i)); };
  const auto each_vector = [&](const auto& f) {
    for (std::uint32_t i = 0; i < kVectors; ++i)
      if (kPreserved >> i & 1) f(i);
  };
  cc_.push(rbp);
  cc_.mov(rbp, rsp);
  for (const x86::Gp& saved : kSaved) cc_.push(saved);
  cc_.and_(rsp, -64);
  cc_.sub(rsp, 16 * kVectors);
  cc_.movaps(slot(0), xmm0);
  each_vector([&](std::uint32_t i) { cc_.movaps(slot(i), x86::xmm(i)); });
  // xmm1 and xmm2 are operands too; the result has the place of a register that is lost anyway.
  cc_.lea(x86::rdi, slot(10));
  cc_.lea(x86::rsi, slot(0));
  cc_.lea(x86::rdx, slot(1));
  cc_.lea(x86::rcx, slot(2));
  cc_.mov(x86::r8, 2);
  cc_.mov(x86::rax, reinterpret_cast<std::uint64_t>(rare_));
  cc_.call(x86::rax);
  each_vector([&](std::uint32_t i) { cc_.movaps(x86::xmm(i), slot(i)); });
  cc_.movaps(xmm0, slot(10));
  cc_.lea(rsp, x86::ptr(rbp, -8 * static_cast<int>(std::size(kSaved))));
  for (std::size_t i = std::size(kSaved); i-- > 0;) cc_.pop(kSaved[i]);
  cc_.pop(rbp);
  cc_.emit(x86::Inst::kIdRet);
}

}  // namespace lockstep::cpu::jit
