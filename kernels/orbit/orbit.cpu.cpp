// kernels/orbit/orbit.cpu.cpp - many steps of the orbit integrator per launch. Contract: README.md. Twins: orbit.cl,
// orbit.cu. Highway compiles this file once for each instruction set and picks at run time. The bits are the same for
// all of them: only + * / sqrt, each rounded by itself (no MulAdd), one particle per lane.
#include "orbit/orbit.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "orbit/orbit.cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lockstep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr bool kFewRegisters = HWY_ARCH_X86 && HWY_TARGET > HWY_AVX3;

// Vectors in flight: a square root and divisions depend on each other, so that one chain alone would leave the divider
// idle most of the time. How many step side by side, interleaved by the compiler, is a matter of registers: the long
// chains of f64 are better left to the processor.
constexpr std::size_t kChains = 8;
template <class T>
constexpr std::size_t kAbreast = sizeof(T) == 8  ? 2
                                 : kFewRegisters ? 4
                                                 : 8;

// The quotient a / b, correctly rounded, with one multiplication and two corrections in place of the divider.
// `reciprocal` is 1 / b, correctly rounded. Nothing may over- or underflow. Proof: README.md.
template <class V>
HWY_INLINE V quotient(V a, V b, V reciprocal) {
  const V first = hn::Mul(a, reciprocal);
  const V second = hn::MulAdd(hn::NegMulAdd(b, first, a), reciprocal, first);
  return hn::MulAdd(hn::NegMulAdd(b, second, a), reciprocal, second);
}

// The direction of the velocity. At norm 0 it is undefined, and the particle stays.
template <bool kReciprocals, class D, class V, class T = hn::TFromD<D>>
HWY_INLINE void direction(D d, V x, V y, V norm, V& vx, V& vy) {
#if HWY_NATIVE_FMA
  if constexpr (kReciprocals) {
    // Far from the ends of the exponents, squares included. Zeros are outside, and NaN and infinities make the norm so.
    const auto far = hn::Ge(hn::Min(hn::Abs(x), hn::Abs(y)), hn::Set(d, 0x1p-500));
    if (HWY_LIKELY(hn::AllTrue(d, hn::And(far, hn::Le(norm, hn::Set(d, 0x1p200)))))) {
      const V reciprocal = hn::Div(hn::Set(d, T(1)), norm);
      vx = quotient(hn::Neg(y), norm, reciprocal);
      vy = quotient(x, norm, reciprocal);
      return;
    }
  }
#endif
  const auto center = hn::Eq(norm, hn::Zero(d));
  vx = hn::IfThenZeroElse(center, hn::Div(hn::Neg(y), norm));
  vy = hn::IfThenZeroElse(center, hn::Div(x, norm));
}

// One step of kCount vectors side by side: what one waits for, the others fill.
template <bool kReciprocals, std::size_t kCount, class D, class V = hn::Vec<D>>
HWY_INLINE void step(D d, V* x, V* y, const V* hw, V* vx, V* vy) {
  V norm[kCount];
  for (std::size_t k = 0; k < kCount; ++k) norm[k] = hn::Sqrt(hn::Add(hn::Mul(x[k], x[k]), hn::Mul(y[k], y[k])));
  for (std::size_t k = 0; k < kCount; ++k) direction<kReciprocals>(d, x[k], y[k], norm[k], vx[k], vy[k]);
  for (std::size_t k = 0; k < kCount; ++k) {
    x[k] = hn::Add(x[k], hn::Mul(hw[k], vx[k]));
    y[k] = hn::Add(y[k], hn::Mul(hw[k], vy[k]));
  }
}

template <class T>
struct Columns {
  T* x;
  T* y;
  const T* w;
  T* vx;
  T* vy;

  Columns from(std::uint64_t i) const { return {x + i, y + i, w + i, vx + i, vy + i}; }
};

// All steps of kCount whole vectors. Everything stays in registers between the first load and the last store.
template <bool kReciprocals, std::size_t kCount, class D, class T = hn::TFromD<D>>
HWY_INLINE void run_vectors(D d, const Columns<T>& at, T h, std::int64_t steps) {
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<D> x[kCount], y[kCount], hw[kCount], vx[kCount], vy[kCount];
  for (std::size_t k = 0; k < kCount; ++k) {
    x[k] = hn::LoadU(d, at.x + k * lanes);
    y[k] = hn::LoadU(d, at.y + k * lanes);
    hw[k] = hn::Mul(hn::Set(d, h), hn::LoadU(d, at.w + k * lanes));
  }
  constexpr std::size_t kSide = kCount < kAbreast<T> ? kCount : kAbreast<T>;
  static_assert(kCount % kSide == 0);
  for (std::int64_t s = 0; s < steps; ++s)
    for (std::size_t k = 0; k < kCount; k += kSide) step<kReciprocals, kSide>(d, x + k, y + k, hw + k, vx + k, vy + k);
  for (std::size_t k = 0; k < kCount; ++k) {
    hn::StoreU(x[k], d, at.x + k * lanes);
    hn::StoreU(y[k], d, at.y + k * lanes);
    hn::StoreU(vx[k], d, at.vx + k * lanes);
    hn::StoreU(vy[k], d, at.vy + k * lanes);
  }
}

// Fewer elements than a vector has: the same lanes, in a buffer whose rest computes harmless values.
template <bool kReciprocals, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void run_rest(D d, const Columns<T>& at, std::size_t count, T h, std::int64_t steps) {
  HWY_ALIGN T x[hn::MaxLanes(D())], y[hn::MaxLanes(D())], w[hn::MaxLanes(D())], vx[hn::MaxLanes(D())],
      vy[hn::MaxLanes(D())];
  for (std::size_t l = 0; l < hn::Lanes(d); ++l) {
    x[l] = l < count ? at.x[l] : T(1);
    y[l] = l < count ? at.y[l] : T(0);
    w[l] = l < count ? at.w[l] : T(0);
  }
  run_vectors<kReciprocals, 1>(d, Columns<T>{x, y, w, vx, vy}, h, steps);
  for (std::size_t l = 0; l < count; ++l) {
    at.x[l] = x[l];
    at.y[l] = y[l];
    at.vx[l] = vx[l];
    at.vy[l] = vy[l];
  }
}

template <class T, bool kReciprocals>
void run(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const Columns<T> all{arguments.array<T>(0), arguments.array<T>(1), arguments.array<T>(2), arguments.array<T>(3),
                       arguments.array<T>(4)};
  const T h = arguments.scalar<T>(5);
  const auto steps = arguments.scalar<std::int64_t>(6);
  if (steps <= 0) return;
  const hn::ScalableTag<T> d;
  const std::uint64_t lanes = hn::Lanes(d);
  std::uint64_t i = begin;
  for (; end - i >= kChains * lanes; i += kChains * lanes) run_vectors<kReciprocals, kChains>(d, all.from(i), h, steps);
  constexpr std::size_t kHalf = kChains / 2;
  for (; end - i >= kHalf * lanes; i += kHalf * lanes) run_vectors<kReciprocals, kHalf>(d, all.from(i), h, steps);
  for (; end - i >= lanes; i += lanes) run_vectors<kReciprocals, 1>(d, all.from(i), h, steps);
  if (i < end) run_rest<kReciprocals>(d, all.from(i), static_cast<std::size_t>(end - i), h, steps);
}

void orbit_f32(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  run<float, false>(arguments, begin, end);
}
void orbit_f64_division(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  run<double, false>(arguments, begin, end);
}
void orbit_f64_reciprocals(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  run<double, true>(arguments, begin, end);
}

}  // namespace HWY_NAMESPACE
}  // namespace lockstep
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lockstep {
namespace {

HWY_EXPORT(orbit_f32);
HWY_EXPORT(orbit_f64_division);
HWY_EXPORT(orbit_f64_reciprocals);

/// AMD's dividers for vectors of 256 bits take less time than the corrections.
bool divides_fast() {
#if HWY_ARCH_X86
  static const bool fast = __builtin_cpu_is("amd") && !__builtin_cpu_supports("avx512f");
  return fast;
#else
  return false;
#endif
}

}  // namespace

void orbit_cpu_f32(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  HWY_DYNAMIC_DISPATCH(orbit_f32)(arguments, begin, end);
}
void orbit_cpu_f64_division(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  HWY_DYNAMIC_DISPATCH(orbit_f64_division)(arguments, begin, end);
}
void orbit_cpu_f64_reciprocals(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  HWY_DYNAMIC_DISPATCH(orbit_f64_reciprocals)(arguments, begin, end);
}
void orbit_cpu_f64(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  (divides_fast() ? orbit_cpu_f64_division : orbit_cpu_f64_reciprocals)(arguments, begin, end);
}

}  // namespace lockstep
#endif
