// The time of each mathematical function per element, beside SLEEF, glibc's libmvec and glibc's scalar functions in the
// same run, all on one thread: the table of docs/accuracy.md. x86-64 with AVX2 or AVX-512, which the compiler is told.

#include <immintrin.h>
#include <sleef.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <type_traits>

// The support of the tests includes doctest, which must be somewhere.
#define DOCTEST_CONFIG_IMPLEMENT
#include "function_bounds.hpp"

using namespace lockstep;
using namespace lockstep::test;

// one(name, SLEEF's bound in tenths of an ulp), two of two operands with the library's name; mvec: libmvec has it too.
#define LOCKSTEP_PEERS(one, two, sleef_only)                                                                         \
  one(exp, u10) one(exp2, u10) one(expm1, u10) one(log, u10) one(log2, u10) one(log10, u10) one(log1p, u10)          \
      one(sin, u10) one(cos, u10) one(tan, u10) one(asin, u10) one(acos, u10) one(atan, u10) one(sinh, u10)          \
          one(cosh, u10) one(tanh, u10) one(asinh, u10) one(acosh, u10) one(atanh, u10) one(cbrt, u10) one(erf, u10) \
              one(erfc, u15) two(power, pow, u10) two(atan2, atan2, u10) two(hypot, hypot, u05)                      \
                  sleef_only(lgamma, u10) sleef_only(tgamma, u10)

#if defined(__AVX512F__)
#define LOCKSTEP_SLEEF(name, lanes, bound) Sleef_##name##lanes##_##bound##avx512f
#define LOCKSTEP_F32(name, bound) LOCKSTEP_SLEEF(name, f16, bound)
#define LOCKSTEP_F64(name, bound) LOCKSTEP_SLEEF(name, d8, bound)
#define LOCKSTEP_MVEC_F32(name, operands) _ZGVeN16##operands##_##name##f
#define LOCKSTEP_MVEC_F64(name, operands) _ZGVeN8##operands##_##name
using VectorF32 = __m512;
using VectorF64 = __m512d;
#else
#define LOCKSTEP_SLEEF(name, lanes, bound) Sleef_##name##lanes##_##bound##avx2
#define LOCKSTEP_F32(name, bound) LOCKSTEP_SLEEF(name, f8, bound)
#define LOCKSTEP_F64(name, bound) LOCKSTEP_SLEEF(name, d4, bound)
#define LOCKSTEP_MVEC_F32(name, operands) _ZGVdN8##operands##_##name##f
#define LOCKSTEP_MVEC_F64(name, operands) _ZGVdN4##operands##_##name
using VectorF32 = __m256;
using VectorF64 = __m256d;
#endif

extern "C" {
#define LOCKSTEP_DECLARE(name, bound)              \
  VectorF32 LOCKSTEP_MVEC_F32(name, v)(VectorF32); \
  VectorF64 LOCKSTEP_MVEC_F64(name, v)(VectorF64);
#define LOCKSTEP_DECLARE_2(function, name, bound)              \
  VectorF32 LOCKSTEP_MVEC_F32(name, vv)(VectorF32, VectorF32); \
  VectorF64 LOCKSTEP_MVEC_F64(name, vv)(VectorF64, VectorF64);
#define LOCKSTEP_NOTHING(...)
LOCKSTEP_PEERS(LOCKSTEP_DECLARE, LOCKSTEP_DECLARE_2, LOCKSTEP_NOTHING)
}

namespace {

constexpr std::size_t kElements = 1 << 15;

template <class T>
using Run = void (*)(const T* x, const T* y, T* out);

/// A vector function over all elements.
template <auto function, class T>
void over(const T* x, const T* y, T* out) {
  using V = std::conditional_t<sizeof(T) == 4, VectorF32, VectorF64>;
  typedef V Unaligned __attribute__((aligned(4), may_alias));
  for (std::size_t i = 0; i < kElements; i += sizeof(V) / sizeof(T)) {
    const V a = *reinterpret_cast<const Unaligned*>(x + i);
    if constexpr (std::is_invocable_v<decltype(function), V>)
      *reinterpret_cast<Unaligned*>(out + i) = function(a);
    else
      *reinterpret_cast<Unaligned*>(out + i) = function(a, *reinterpret_cast<const Unaligned*>(y + i));
  }
}

struct Peer {
  Function function;
  Run<float> sleef_f32, mvec_f32;
  Run<double> sleef_f64, mvec_f64;

  Run<float> sleef(float) const { return sleef_f32; }
  Run<double> sleef(double) const { return sleef_f64; }
  Run<float> mvec(float) const { return mvec_f32; }
  Run<double> mvec(double) const { return mvec_f64; }
};
constexpr Peer kPeers[] = {
#define LOCKSTEP_ROW(name, bound)                                                                   \
  {Function::name, over<LOCKSTEP_F32(name, bound), float>, over<LOCKSTEP_MVEC_F32(name, v), float>, \
   over<LOCKSTEP_F64(name, bound), double>, over<LOCKSTEP_MVEC_F64(name, v), double>},
#define LOCKSTEP_ROW_2(function, name, bound)                                                            \
  {Function::function, over<LOCKSTEP_F32(name, bound), float>, over<LOCKSTEP_MVEC_F32(name, vv), float>, \
   over<LOCKSTEP_F64(name, bound), double>, over<LOCKSTEP_MVEC_F64(name, vv), double>},
#define LOCKSTEP_ROW_SLEEF(name, bound) \
  {Function::name, over<LOCKSTEP_F32(name, bound), float>, nullptr, over<LOCKSTEP_F64(name, bound), double>, nullptr},
    LOCKSTEP_PEERS(LOCKSTEP_ROW, LOCKSTEP_ROW_2, LOCKSTEP_ROW_SLEEF)};

/// Nanoseconds per element, the best of many runs.
template <class Work>
double time_of(const Work& work) {
  double best = 1e9;
  for (int i = 0; i < 40; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count() / static_cast<double>(kElements));
  }
  return best;
}

template <class T>
void print_times(const Device& device, const FunctionInfo& row) {
  std::vector<T> x(kElements), y(kElements), out(kElements);
  for (std::size_t i = 0; i < kElements; ++i) {
    x[i] = static_cast<T>(i + 1) / static_cast<T>(kElements + 2) + (row.function == Function::acosh ? 1 : 0);
    y[i] = static_cast<T>(kElements - i) / static_cast<T>(kElements);
  }
  const Array result = device.empty({kElements}, dtype_of<T>);
  const Expr operands[] = {device.array(x), device.array(y)};
  const Expr value = call(row.function, std::span(operands).first(static_cast<std::size_t>(row.arity)));
  std::printf(" %.2f |", time_of([&] {
                device.assign(result, value);
                device.wait();
              }));
  const auto peer =
      std::find_if(std::begin(kPeers), std::end(kPeers), [&](const Peer& p) { return p.function == row.function; });
  for (const bool sleef : {true, false}) {
    const Run<T> run = peer == std::end(kPeers) ? nullptr : sleef ? peer->sleef(T()) : peer->mvec(T());
    if (run)
      std::printf(" %.2f |", time_of([&] { run(x.data(), y.data(), out.data()); }));
    else
      std::printf(" - |");
  }
  const auto scalar = library_function<T>(row.function);
  std::printf(" %.1f |", time_of([&] {
                for (std::size_t i = 0; i < kElements; ++i) out[i] = scalar(x[i], y[i]);
              }));
}

}  // namespace

int main() {
  const Device device = Engine().open("cpu:1");
  std::printf(
      "| function | f32 | SLEEF | libmvec | glibc | f64 | SLEEF | libmvec | glibc "
      "|\n|---|---|---|---|---|---|---|---|---|\n");
  for (const FunctionInfo& row : mathematical_functions()) {
    std::printf("| %s |", std::string(row.name).c_str());
    print_times<float>(device, row);
    print_times<double>(device, row);
    std::printf("\n");
    std::fflush(stdout);
  }
}
