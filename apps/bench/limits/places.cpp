// The place of the smallest or largest element: the first of equal ones, or the first NaN, as NumPy has it. A block of
// which only the extreme is known is searched for the place if it is better than all before. Compiled once for each
// instruction set.
#include "../host_loop.hpp"
#include "vector.hpp"

namespace lockstep::bench::limits {
namespace LOCKSTEP_ISA {
namespace {

constexpr std::uint64_t kAccumulators = 8;
constexpr std::uint64_t kBlock = 1 << 11;  // elements, a multiple of the vectors in flight

template <class T, bool kMax>
struct Order {
  template <class V>
  static V better(V x, V best) {
    return kMax ? (x > best ? x : best) : (x < best ? x : best);
  }
  static bool is_better(T x, T best) { return kMax ? x > best : x < best; }
};

/// The extreme of a block, which is `best` if none is better.
template <class T>
struct Extreme {
  T value;
  bool has_nan;
};

template <class T, class Order>
Extreme<T> extreme(const T* x, std::uint64_t n, T best) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T), kStep = kAccumulators * kLanes;
  V most[kAccumulators];
  for (V& m : most) m = V{} + best;
  auto nan = V{} != V{};
  std::uint64_t i = 0;
  for (; i + kStep <= n; i += kStep)
    for (std::uint64_t k = 0; k < kAccumulators; k += 2) {
      const V a = load<V>(x + i + k * kLanes), b = load<V>(x + i + (k + 1) * kLanes);
      most[k] = Order::better(a, most[k]);
      most[k + 1] = Order::better(b, most[k + 1]);
      if constexpr (std::is_floating_point_v<T>) nan |= unordered(a, b);
    }
  Extreme<T> result{best, false};
  for (; i < n; ++i) {
    result.value = Order::better(x[i], result.value);
    result.has_nan |= x[i] != x[i];
  }
  for (std::uint64_t k = 1; k < kAccumulators; ++k) most[0] = Order::better(most[k], most[0]);
  if (any(most[0] != V{} + best))
    for (std::uint64_t lane = 0; lane < kLanes; ++lane) result.value = Order::better(T(most[0][lane]), result.value);
  result.has_nan |= any(nan);
  return result;
}

/// The first place of `value`; with `kNan` of a NaN.
template <class T, bool kNan>
std::uint64_t find(const T* x, std::uint64_t n, T value) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T), kStep = 4 * kLanes;
  std::uint64_t i = 0;
  for (; i + kStep <= n; i += kStep) {
    auto found = V{} != V{};
    for (std::uint64_t k = 0; k < kStep; k += kLanes) {
      const V v = load<V>(x + i + k);
      found |= kNan ? v != v : v == value;
    }
    if (any(found)) break;
  }
  while (i < n && !(kNan ? x[i] != x[i] : x[i] == value)) ++i;
  return i;
}

template <class T, bool kMax>
double place(const HostWork& work) {
  using Best = Order<T, kMax>;
  const T* x = static_cast<const T*>(work.in[0]);
  if (work.begin == work.end) return -1;
  T best = x[work.begin];
  std::uint64_t block = work.begin;
  for (std::uint64_t i = work.begin; i < work.end; i += kBlock) {
    const std::uint64_t n = work.end - i < kBlock ? work.end - i : kBlock;
    const Extreme<T> here = extreme<T, Best>(x + i, n, best);
    if (here.has_nan) return static_cast<double>(i + find<T, true>(x + i, n, best));
    if (!Best::is_better(here.value, best)) continue;
    best = here.value;
    block = i;
  }
  return static_cast<double>(block + find<T, false>(x + block, work.end - block, best));
}

#define LOCKSTEP_LOOPS(T, type)                                                                        \
  HostLoop{"argmin", type, 1, 0, nullptr, nullptr, place<T, false>, Combine::place_of_min}, HostLoop { \
    "argmax", type, 1, 0, nullptr, nullptr, place<T, true>, Combine::place_of_max                      \
  }
constexpr HostLoop kPlaces[] = {LOCKSTEP_LOOPS(float, DType::f32), LOCKSTEP_LOOPS(double, DType::f64),
                                LOCKSTEP_LOOPS(std::int32_t, DType::i32), LOCKSTEP_LOOPS(std::int64_t, DType::i64)};
#undef LOCKSTEP_LOOPS

}  // namespace

HostLoops places() { return {kPlaces, sizeof(kPlaces) / sizeof(kPlaces[0])}; }

}  // namespace LOCKSTEP_ISA
}  // namespace lockstep::bench::limits
