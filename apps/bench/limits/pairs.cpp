// Hand-written loops over all pairs of particles: vectors of other particles against several particles at a time, which
// share the loads. Every pair is computed, those beyond the cutoff too, as the cases do.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "../host_loop.hpp"
#include "../pairs.hpp"
// Before the operations, which use its square roots of vectors.
#include "vector.hpp"

#include "../operations.hpp"

namespace lockstep::bench::limits {
namespace LOCKSTEP_ISA {
namespace {

constexpr std::uint64_t kRows = 4;  // particles at a time

/// The nearest whole number of what is small; of a vector too. Holds under round to nearest.
template <class T, class V>
V nearest(V x) {
  constexpr T kShift = sizeof(T) == 4 ? T(0x1.8p23) : T(0x1.8p52);
  return (x + kShift) - kShift;
}

template <class T>
struct Gravity {
  explicit Gravity(std::uint64_t) {}
  template <class V>
  V distance(V from, V to) const {
    return to - from;
  }
  template <class V>
  V factor(V r2) const {
    const V softened = r2 + T(kSoftening2);
    return 1 / (softened * root(softened));
  }
};

template <class T>
struct Melt {
  T edge, inverse;
  explicit Melt(std::uint64_t n) : edge(T(box_edge(n))), inverse(T(1 / box_edge(n))) {}
  template <class V>
  V distance(V from, V to) const {
    const V d = from - to;
    return d - edge * nearest<T>(d * inverse);
  }
  template <class V>
  V factor(V r2) const {
    const V s = 1 / r2, s3 = s * s * s;
    const V force = 48 * s3 * (s3 - T(0.5)) * s;
    return ((r2 < T(kCutoff2)) & (r2 > T(0))) ? force : V{};
  }
};

/// Adds the force of particles j .. on particle i to `sum`.
template <class V, class Pair>
void add_pair(const Pair& pair, const V (&at_i)[3], const V (&at_j)[3], V (&sum)[3]) {
  V d[3];
  for (int axis = 0; axis < 3; ++axis) d[axis] = pair.distance(at_i[axis], at_j[axis]);
  const V factor = pair.factor(V(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]));
  for (int axis = 0; axis < 3; ++axis) sum[axis] += factor * d[axis];
}

/// The forces on particles i .. i + kCount - 1.
template <class T, std::uint64_t kCount, class Pair>
void rows_at(const HostWork& work, const Pair& pair, std::uint64_t i) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T);
  const T* in[3] = {static_cast<const T*>(work.in[0]), static_cast<const T*>(work.in[1]),
                    static_cast<const T*>(work.in[2])};
  V at_i[kCount][3], sums[kCount][3] = {};
  for (std::uint64_t k = 0; k < kCount; ++k)
    for (int axis = 0; axis < 3; ++axis) at_i[k][axis] = V{} + in[axis][i + k];
  std::uint64_t j = 0;
  for (; j + kLanes <= work.n; j += kLanes) {
    const V at_j[3] = {load<V>(in[0] + j), load<V>(in[1] + j), load<V>(in[2] + j)};
    for (std::uint64_t k = 0; k < kCount; ++k) add_pair(pair, at_i[k], at_j, sums[k]);
  }
  for (std::uint64_t k = 0; k < kCount; ++k) {
    T total[3] = {};
    const T at[3] = {in[0][i + k], in[1][i + k], in[2][i + k]};
    for (std::uint64_t rest = j; rest < work.n; ++rest) {
      const T other[3] = {in[0][rest], in[1][rest], in[2][rest]};
      add_pair(pair, at, other, total);
    }
    for (int axis = 0; axis < 3; ++axis) {
      for (std::uint64_t lane = 0; lane < kLanes; ++lane) total[axis] += sums[k][axis][lane];
      static_cast<T*>(work.out)[static_cast<std::uint64_t>(axis) * work.n + i + k] = total[axis];
    }
  }
}

template <class T, class Pair>
void all_pairs(const HostWork& work) {
  const Pair pair(work.n);
  std::uint64_t i = work.begin;
  for (; i + kRows <= work.end; i += kRows) rows_at<T, kRows>(work, pair, i);
  for (; i < work.end; ++i) rows_at<T, 1>(work, pair, i);
}

template <class T, template <class> class Pair>
constexpr HostLoop row(const char* name, DType type) {
  return {name, type, 3, 3, all_pairs<T, Pair<T>>, nullptr, nullptr, Combine::sum};
}

constexpr HostLoop kPairs[] = {
    row<float, Gravity>("gravity", DType::f32),
    row<double, Gravity>("gravity", DType::f64),
    row<float, Melt>("melt", DType::f32),
    row<double, Melt>("melt", DType::f64),
};

}  // namespace

HostLoops pairs() { return {kPairs, sizeof(kPairs) / sizeof(kPairs[0])}; }

}  // namespace LOCKSTEP_ISA
}  // namespace lockstep::bench::limits
