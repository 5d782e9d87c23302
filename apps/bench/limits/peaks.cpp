// What the arithmetic units do without memory: chains of one operation in registers, enough of them to hide its
// latency.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "../host_loop.hpp"
#include "vector.hpp"

namespace lockstep::bench::limits {
namespace LOCKSTEP_ISA {
namespace {

constexpr int kInFlight = 12;

struct MultiplyAdd {
  template <class V>
  static V step(V x, V y) {
    return multiply_add(x, y, y);
  }
};
struct SquareRoot {
  template <class V>
  static V step(V x, V) {
    return root(x);
  }
};
struct Divide {
  template <class V>
  static V step(V x, V y) {
    return y / x;
  }
};

/// One operation on each of `n` lanes, rounded up to whole rounds. Values stay near 1, so that none is special.
template <class T, class Op>
double chains(const HostWork& work) {
  using V = Vector<T>;
  constexpr std::uint64_t kRound = kInFlight * sizeof(V) / sizeof(T);
  const T start = T(0.5) + T(0x1p-10) * static_cast<T>(work.n & 7);  // not known to the compiler
  V x[kInFlight];
  for (int k = 0; k < kInFlight; ++k) x[k] = V{} + (start + T(0x1p-12) * static_cast<T>(k));
  const V y = V{} + start;
  for (std::uint64_t i = work.begin; i < work.end; i += kRound)
    for (int k = 0; k < kInFlight; ++k) x[k] = Op::step(x[k], y);
  double sum = 0;
  for (const V& v : x) sum += static_cast<double>(v[0]);
  return sum;
}

template <class T, class Op>
constexpr HostLoop row(const char* name, DType type) {
  return {name, type, 0, 0, nullptr, nullptr, chains<T, Op>, Combine::sum};
}

constexpr HostLoop kPeaks[] = {
    row<float, MultiplyAdd>("multiply-add", DType::f32),
    row<double, MultiplyAdd>("multiply-add", DType::f64),
    row<float, SquareRoot>("square root", DType::f32),
    row<double, SquareRoot>("square root", DType::f64),
    row<float, Divide>("divide", DType::f32),
    row<double, Divide>("divide", DType::f64),
};

}  // namespace

HostLoops peaks() { return {kPeaks, sizeof(kPeaks) / sizeof(kPeaks[0])}; }

}  // namespace LOCKSTEP_ISA
}  // namespace lockstep::bench::limits
