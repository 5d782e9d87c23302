#pragma once

// What CUDA C has beyond C++, as far as the kernels here use it, so that a host compiler takes them. Threads of a block
// are fibers of one host thread: host_grid.cpp runs them. For tests only; included by generated sources.
#include <cmath>
#include <cstddef>
#include <utility>

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(n)
#define __shared__ static
#define __align__(n) alignas(n)

struct HostIndex {
  unsigned x;
};
struct HostState {
  HostIndex thread, block, block_size, grid;
  void (*synchronize)();
  void (*exchange)(unsigned mask, const void* mine, void* all, unsigned bytes);
};
extern "C" {
HostState host_state;
}
#define threadIdx host_state.thread
#define blockIdx host_state.block
#define blockDim host_state.block_size
#define gridDim host_state.grid
#define __syncthreads() host_state.synchronize()

inline float __uint_as_float(unsigned x) { return __builtin_bit_cast(float, x); }
inline float __int_as_float(int x) { return __builtin_bit_cast(float, x); }
inline unsigned __float_as_uint(float x) { return __builtin_bit_cast(unsigned, x); }
inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
inline double __longlong_as_double(long long x) { return __builtin_bit_cast(double, x); }
inline long long __double_as_longlong(double x) { return __builtin_bit_cast(long long, x); }

// What every thread of a warp has in `x`; the threads of `mask` meet. A thread that takes no part has zeros.
template <class X>
struct HostWarp {
  X x[32];
};
template <class X>
HostWarp<X> host_exchange(unsigned mask, X x) {
  HostWarp<X> all;
  host_state.exchange(mask, &x, all.x, sizeof x);
  return all;
}
template <class X>
X __shfl_sync(unsigned mask, X x, int from, int width = 32) {
  const unsigned lane = threadIdx.x % 32, w = static_cast<unsigned>(width);
  return host_exchange(mask, x).x[lane / w * w + static_cast<unsigned>(from) % w];
}
template <class X>
X __shfl_xor_sync(unsigned mask, X x, int distance, int width = 32) {
  const unsigned lane = threadIdx.x % 32, w = static_cast<unsigned>(width), at = lane ^ static_cast<unsigned>(distance);
  const auto all = host_exchange(mask, x);
  return at / w > lane / w ? x : all.x[at];
}
template <class X>
X __shfl_up_sync(unsigned mask, X x, unsigned distance, int width = 32) {
  const unsigned lane = threadIdx.x % 32, w = static_cast<unsigned>(width);
  const auto all = host_exchange(mask, x);
  return lane % w < distance ? x : all.x[lane - distance];
}
template <class X>
X __shfl_down_sync(unsigned mask, X x, unsigned distance, int width = 32) {
  const unsigned lane = threadIdx.x % 32, w = static_cast<unsigned>(width);
  const auto all = host_exchange(mask, x);
  return lane % w + distance >= w ? x : all.x[lane + distance];
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
  const auto all = host_exchange(mask, predicate != 0 ? 1u : 0u);
  unsigned bits = 0;
  for (unsigned i = 0; i < 32; ++i) bits |= (mask >> i & all.x[i]) << i;
  return bits;
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) == mask; }
inline void __syncwarp(unsigned mask = ~0u) { host_exchange(mask, 0); }

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x)); }
inline int __ffs(int x) { return __builtin_ffs(x); }

// One thread runs at a time.
template <class X>
X atomicAdd(X* at, X x) {
  const X old = *at;
  *at = old + x;
  return old;
}
template <class X>
X atomicOr(X* at, X x) {
  const X old = *at;
  *at = old | x;
  return old;
}
template <class X>
X atomicMax(X* at, X x) {
  const X old = *at;
  *at = old < x ? x : old;
  return old;
}
inline void __threadfence() {}
using std::fma;
using std::sqrt;

template <class... A, std::size_t... kI>
void call_kernel(void (*kernel)(A...), void** places, std::index_sequence<kI...>) {
  kernel(*static_cast<std::remove_cv_t<A>*>(places[kI])...);
}

template <class... A>
constexpr unsigned count_of(void (*)(A...)) {
  return sizeof...(A);
}

// A function that takes the arguments of `kernel` as cudaLaunchKernel does: the place of each; and how many they are.
#define LOCKSTEP_HOST_ENTRY(kernel)                                                 \
  template <class... A>                                                             \
  void kernel##_spread(void (*function)(A...), void** places) {                     \
    call_kernel(function, places, std::index_sequence_for<A...>());                 \
  }                                                                                 \
  extern "C" void kernel##_call(void** places) { kernel##_spread(kernel, places); } \
  extern "C" {                                                                      \
  extern const unsigned kernel##_arguments = count_of(kernel);                      \
  }
