// The plain loops: what a programmer writes first and leaves to the compiler (-O3, the same instruction set and threads
// as the limits). A sum runs in order over blocks of 512, because one accumulator in f32 stops growing at 2^24.
#include "../host_loop.hpp"
#include "../operations.hpp"

namespace lockstep::bench::peers {
namespace LOCKSTEP_ISA {
namespace {

template <class T, int kInputs, class Op>
void map(const HostWork& work) {
  const T* __restrict x = static_cast<const T*>(work.in[0]);
  const T* __restrict y = kInputs > 1 ? static_cast<const T*>(work.in[1]) : x;
  T* __restrict out = static_cast<T*>(work.out);
  for (std::uint64_t i = work.begin; i < work.end; ++i) out[i] = Op::of(x[i], y[i]);
}

template <class T, int kInputs, class Op>
double sum(const HostWork& work) {
  const T* __restrict x = static_cast<const T*>(work.in[0]);
  const T* __restrict y = kInputs > 1 ? static_cast<const T*>(work.in[1]) : x;
  double total = 0;
  for (std::uint64_t block = work.begin; block < work.end; block += 512) {
    const std::uint64_t end = work.end - block < 512 ? work.end : block + 512;
    T part = 0;
    for (std::uint64_t i = block; i < end; ++i) part += Op::of(x[i], y[i]);
    total += static_cast<double>(part);
  }
  return total;
}

template <class T, bool kMax>
double extreme(const HostWork& work) {
  const T* __restrict x = static_cast<const T*>(work.in[0]);
  if (work.begin == work.end) return kMax ? -__builtin_inf() : __builtin_inf();
  T best = x[work.begin];
  for (std::uint64_t i = work.begin; i < work.end; ++i) best = (kMax ? x[i] > best : x[i] < best) ? x[i] : best;
  return static_cast<double>(best);
}

template <class T, int kInputs, class Op>
constexpr HostLoop map_row(const char* name, DType type) {
  return {name, type, kInputs, 1, map<T, kInputs, Op>, nullptr, nullptr, Combine::sum};
}
template <class T, int kInputs, class Op>
constexpr HostLoop sum_row(const char* name, DType type) {
  return {name, type, kInputs, 0, nullptr, nullptr, sum<T, kInputs, Op>, Combine::sum};
}

#define LOCKSTEP_LOOPS(T, type)                                                                                       \
  map_row<T, 1, Copy>("copy", type), map_row<T, 1, Mul>("mul", type), map_row<T, 2, Add>("add", type),                \
      map_row<T, 2, Triad>("triad", type), map_row<T, 2, Triad>("launch", type), sum_row<T, 2, Product>("dot", type), \
      map_row<T, 2, Norm>("norm", type), map_row<T, 1, Quadratic>("quadratic", type),                                 \
      map_row<T, 1, Root>("sqrt", type), map_row<T, 2, Quotient>("divide", type), sum_row<T, 1, Copy>("sum", type),   \
      sum_row<T, 1, Square>("sum_squares", type), sum_row<T, 2, Norm>("sum_norm", type),                              \
      HostLoop{"min", type, 1, 0, nullptr, nullptr, extreme<T, false>, Combine::min}, HostLoop {                      \
    "max", type, 1, 0, nullptr, nullptr, extreme<T, true>, Combine::max                                               \
  }
constexpr HostLoop kLoops[] = {LOCKSTEP_LOOPS(float, DType::f32), LOCKSTEP_LOOPS(double, DType::f64)};
#undef LOCKSTEP_LOOPS

}  // namespace

HostLoops loops() { return {kLoops, sizeof(kLoops) / sizeof(kLoops[0])}; }

}  // namespace LOCKSTEP_ISA
}  // namespace lockstep::bench::peers
