// The hand-written loops: what this processor can do. Vectors as wide as the instruction set, four or eight of them in
// flight; sums and extremes in eight accumulators. Compiled once for each instruction set.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "../host_loop.hpp"
// Before the operations, which use its square roots of vectors.
#include "vector.hpp"

#include "../operations.hpp"

namespace lockstep::bench::limits {
namespace LOCKSTEP_ISA {
namespace {

constexpr std::uint64_t kAccumulators = 8;
constexpr std::uint64_t kBlock = 1 << 14;  // of a sum: rounded at most 512 + 6 times in a row
constexpr int kChains = 6;                 // vectors of particles in flight

template <class T, int kInputs, class Op, bool kStream>
void map(const HostWork& work) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T);
  const T* x = static_cast<const T*>(work.in[0]);
  const T* y = kInputs > 1 ? static_cast<const T*>(work.in[1]) : x;
  T* out = static_cast<T*>(work.out);
  std::uint64_t i = work.begin;
  for (; i + 4 * kLanes <= work.end; i += 4 * kLanes)
    for (std::uint64_t k = 0; k < 4 * kLanes; k += kLanes)
      store<kStream>(out + i + k, Op::of(load<V>(x + i + k), load<V>(y + i + k)));
  for (; i < work.end; ++i) out[i] = Op::of(x[i], y[i]);
  if (kStream) fence();
}

template <class T, bool kStream>
void fill(const HostWork& work) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T);
  T* out = static_cast<T*>(work.out);
  std::uint64_t i = work.begin;
  for (; i + kLanes <= work.end; i += kLanes) store<kStream>(out + i, V{} + 3);
  for (; i < work.end; ++i) out[i] = 3;
  if (kStream) fence();
}

template <class T, int kInputs, class Op>
double sum_block(const T* x, const T* y, std::uint64_t n) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T), kStep = kAccumulators * kLanes;
  V total[kAccumulators] = {};
  std::uint64_t i = 0;
  for (; i + kStep <= n; i += kStep)
    for (std::uint64_t k = 0; k < kAccumulators; ++k)
      total[k] += Op::of(load<V>(x + i + k * kLanes), load<V>(y + i + k * kLanes));
  double rest = 0;
  for (; i < n; ++i) rest += static_cast<double>(Op::of(x[i], y[i]));
  for (std::uint64_t k = 1; k < kAccumulators; ++k) total[0] += total[k];
  for (std::uint64_t lane = 0; lane < kLanes; ++lane) rest += static_cast<double>(total[0][lane]);
  return rest;
}

template <class T, int kInputs, class Op>
double sum(const HostWork& work) {
  const T* x = static_cast<const T*>(work.in[0]);
  const T* y = kInputs > 1 ? static_cast<const T*>(work.in[1]) : x;
  double total = 0;
  for (std::uint64_t i = work.begin; i < work.end; i += kBlock) {
    const std::uint64_t n = work.end - i < kBlock ? work.end - i : kBlock;
    total += sum_block<T, kInputs, Op>(x + i, y + i, n);
  }
  return total;
}

template <class T, bool kMax>
double extreme(const HostWork& work) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T), kStep = kAccumulators * kLanes;
  const T* x = static_cast<const T*>(work.in[0]);
  if (work.begin == work.end) return kMax ? -__builtin_inf() : __builtin_inf();
  const auto better = []<class U>(U a, U b) { return kMax ? (a > b ? a : b) : (a < b ? a : b); };
  V best[kAccumulators];
  for (V& b : best) b = V{} + x[work.begin];
  std::uint64_t i = work.begin;
  for (; i + kStep <= work.end; i += kStep)
    for (std::uint64_t k = 0; k < kAccumulators; ++k) best[k] = better(load<V>(x + i + k * kLanes), best[k]);
  T result = x[work.begin];
  for (; i < work.end; ++i) result = better(x[i], result);
  for (const V& b : best)
    for (std::uint64_t lane = 0; lane < kLanes; ++lane) result = better(static_cast<T>(b[lane]), result);
  return static_cast<double>(result);
}

/// The orbit integrator for kCount particles or vectors of particles at once; constants as in the case.
template <class T, class V, int kCount>
void orbit_at(const HostWork& work, std::uint64_t at) {
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T);
  const T* in[3] = {static_cast<const T*>(work.in[0]) + at, static_cast<const T*>(work.in[1]) + at,
                    static_cast<const T*>(work.in[2]) + at};
  V x[kCount], y[kCount], hw[kCount], vx[kCount], vy[kCount];
  for (int k = 0; k < kCount; ++k) {
    x[k] = load<V>(in[0] + k * kLanes);
    y[k] = load<V>(in[1] + k * kLanes);
    hw[k] = load<V>(in[2] + k * kLanes) * T(0x1p-10);
  }
  for (int step = 0; step < 100; ++step)
    for (int k = 0; k < kCount; ++k) {
      const V norm = root(V(x[k] * x[k] + y[k] * y[k]));
      vx[k] = -y[k] / norm;
      vy[k] = x[k] / norm;
      x[k] = x[k] + hw[k] * vx[k];
      y[k] = y[k] + hw[k] * vy[k];
    }
  T* out = static_cast<T*>(work.out) + at;
  for (int k = 0; k < kCount; ++k) {
    store<false>(out + k * kLanes, x[k]);
    store<false>(out + work.n + k * kLanes, y[k]);
    store<false>(out + 2 * work.n + k * kLanes, vx[k]);
    store<false>(out + 3 * work.n + k * kLanes, vy[k]);
  }
}

template <class T>
void orbit(const HostWork& work) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T);
  std::uint64_t i = work.begin;
  for (; i + kChains * kLanes <= work.end; i += kChains * kLanes) orbit_at<T, V, kChains>(work, i);
  for (; i + kLanes <= work.end; i += kLanes) orbit_at<T, V, 1>(work, i);
  for (; i < work.end; ++i) orbit_at<T, T, 1>(work, i);
}

template <class T, int kInputs, class Op>
constexpr HostLoop map_row(const char* name, DType type) {
  return {name, type, kInputs, 1, map<T, kInputs, Op, false>, map<T, kInputs, Op, true>, nullptr, Combine::sum};
}
template <class T, int kInputs, class Op>
constexpr HostLoop sum_row(const char* name, DType type) {
  return {name, type, kInputs, 0, nullptr, nullptr, sum<T, kInputs, Op>, Combine::sum};
}

#define LOCKSTEP_LOOPS(T, type)                                                                                       \
  map_row<T, 1, Copy>("copy", type), map_row<T, 1, Mul>("mul", type), map_row<T, 2, Add>("add", type),                \
      map_row<T, 2, Triad>("triad", type), map_row<T, 2, Triad>("launch", type), sum_row<T, 2, Product>("dot", type), \
      HostLoop{"fill", type, 0, 1, fill<T, false>, fill<T, true>, nullptr, Combine::sum},                             \
      map_row<T, 2, Norm>("norm", type), map_row<T, 1, Quadratic>("quadratic", type),                                 \
      map_row<T, 1, Root>("sqrt", type), map_row<T, 2, Quotient>("divide", type), sum_row<T, 1, Copy>("sum", type),   \
      sum_row<T, 1, Square>("sum_squares", type), sum_row<T, 2, Norm>("sum_norm", type),                              \
      HostLoop{"min", type, 1, 0, nullptr, nullptr, extreme<T, false>, Combine::min},                                 \
      HostLoop{"max", type, 1, 0, nullptr, nullptr, extreme<T, true>, Combine::max},                                  \
      HostLoop{"orbit", type, 3, 4, orbit<T>, nullptr, nullptr, Combine::sum}, map_row<T, 1, Copy>("upload", type),   \
      map_row<T, 1, Copy>("download", type), map_row<T, 1, Copy>("upload_pinned", type),                              \
      map_row<T, 1, Copy>("download_pinned", type)
#define LOCKSTEP_WHOLE_LOOPS(T, type)                                                                  \
  map_row<T, 1, Copy>("copy", type), map_row<T, 1, Mul>("mul", type), map_row<T, 2, Add>("add", type), \
      map_row<T, 2, Triad>("triad", type),                                                             \
      HostLoop{"fill", type, 0, 1, fill<T, false>, fill<T, true>, nullptr, Combine::sum},              \
      HostLoop{"min", type, 1, 0, nullptr, nullptr, extreme<T, false>, Combine::min}, HostLoop {       \
    "max", type, 1, 0, nullptr, nullptr, extreme<T, true>, Combine::max                                \
  }
constexpr HostLoop kLoops[] = {LOCKSTEP_LOOPS(float, DType::f32), LOCKSTEP_LOOPS(double, DType::f64),
                               LOCKSTEP_WHOLE_LOOPS(std::int32_t, DType::i32),
                               LOCKSTEP_WHOLE_LOOPS(std::int64_t, DType::i64),
                               sum_row<std::int64_t, 1, Copy>("sum", DType::i64)};
#undef LOCKSTEP_LOOPS
#undef LOCKSTEP_WHOLE_LOOPS

}  // namespace

HostLoops loops() { return {kLoops, sizeof(kLoops) / sizeof(kLoops[0])}; }

}  // namespace LOCKSTEP_ISA
}  // namespace lockstep::bench::limits
