// The hand-written loops of functions, each element by itself. Compiled once for each instruction set.
#include "functions.hpp"

#include "../host_loop.hpp"
#include "option.hpp"

namespace lockstep::bench::limits {
namespace LOCKSTEP_ISA {
namespace {

constexpr int kFlight = 4;  // vectors

template <class T>
struct ExpOf {
  using V = Vector<T>;
  static V of(V x, V) { return exponential<T>(x); }
};
template <class T>
struct SinOf {
  using V = Vector<T>;
  static V of(V x, V) { return sine<T>(x); }
};
template <class T>
struct SinExp {
  using V = Vector<T>;
  static V of(V x, V y) { return sine<T>(x) * exponential<T>(-y); }
};
template <class T>
struct CallPrice {
  using V = Vector<T>;
  static V of(V x, V y) {
    V xs[1] = {x};
    const V ys[1] = {y};
    prices<T>(xs, ys);
    return xs[0];
  }
  static constexpr auto all = prices<T, kFlight>;
};

/// kFlight vectors: in step where the operation does that, else one after another.
template <class T, class Op, bool kStream>
void several(const T* x, const T* y, T* out) {
  using V = Vector<T>;
  constexpr std::uint64_t kLanes = sizeof(V) / sizeof(T);
  if constexpr (requires { Op::all; }) {
    V a[kFlight], b[kFlight];
    for (std::uint64_t k = 0; k < kFlight; ++k) a[k] = load<V>(x + k * kLanes);
    for (std::uint64_t k = 0; k < kFlight; ++k) b[k] = load<V>(y + k * kLanes);
    Op::all(a, b);
    for (std::uint64_t k = 0; k < kFlight; ++k) store<kStream>(out + k * kLanes, a[k]);
  } else {
    for (std::uint64_t k = 0; k < kFlight * kLanes; k += kLanes)
      store<kStream>(out + k, Op::of(load<V>(x + k), load<V>(y + k)));
  }
}

/// One vector, of which `count` elements are there: the others count as 1.
template <class T, class Op>
void one(const T* x, const T* y, T* out, std::uint64_t count) {
  Vector<T> a = Vector<T>{} + 1, b = a;
  __builtin_memcpy(&a, x, count * sizeof(T));
  __builtin_memcpy(&b, y, count * sizeof(T));
  a = Op::of(a, b);
  __builtin_memcpy(out, &a, count * sizeof(T));
}

template <class T, int kInputs, class Op, bool kStream>
void map(const HostWork& work) {
  constexpr std::uint64_t kLanes = sizeof(Vector<T>) / sizeof(T), kStep = kFlight * kLanes;
  const T* x = static_cast<const T*>(work.in[0]);
  const T* y = kInputs > 1 ? static_cast<const T*>(work.in[1]) : x;
  T* out = static_cast<T*>(work.out);
  std::uint64_t i = work.begin;
  for (; i + kStep <= work.end; i += kStep) several<T, Op, kStream>(x + i, y + i, out + i);
  for (; i < work.end; i += kLanes) one<T, Op>(x + i, y + i, out + i, work.end - i < kLanes ? work.end - i : kLanes);
  if (kStream) fence();
}

template <class T, int kInputs, class Op>
constexpr HostLoop row(const char* name, DType type) {
  return {name, type, kInputs, 1, map<T, kInputs, Op, false>, map<T, kInputs, Op, true>, nullptr, Combine::sum};
}

#define LOCKSTEP_LOOPS(T, type)                                                                              \
  row<T, 1, ExpOf<T>>("exp", type), row<T, 1, SinOf<T>>("sin", type), row<T, 2, SinExp<T>>("sin_exp", type), \
      row<T, 2, CallPrice<T>>("black_scholes", type)
constexpr HostLoop kFunctions[] = {LOCKSTEP_LOOPS(float, DType::f32), LOCKSTEP_LOOPS(double, DType::f64)};
#undef LOCKSTEP_LOOPS

}  // namespace

HostLoops functions() { return {kFunctions, sizeof(kFunctions) / sizeof(kFunctions[0])}; }

}  // namespace LOCKSTEP_ISA
}  // namespace lockstep::bench::limits
