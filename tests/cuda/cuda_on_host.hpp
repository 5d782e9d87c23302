#pragma once

// What CUDA C has beyond C++, as far as the kernels here use it, so that a host compiler takes them. Threads of a block
// are fibers of one host thread: host_grid.cpp runs them. For tests only; included by generated sources.
#include <cmath>
#include <utility>

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(n)
#define __shared__ static

struct HostIndex {
  unsigned x;
};
struct HostState {
  HostIndex thread, block, block_size;
  void (*synchronize)();
};
extern "C" {
HostState host_state;
}
#define threadIdx host_state.thread
#define blockIdx host_state.block
#define blockDim host_state.block_size
#define __syncthreads() host_state.synchronize()

inline float __uint_as_float(unsigned x) { return __builtin_bit_cast(float, x); }
inline float __int_as_float(int x) { return __builtin_bit_cast(float, x); }
inline unsigned __float_as_uint(float x) { return __builtin_bit_cast(unsigned, x); }
inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
inline double __longlong_as_double(long long x) { return __builtin_bit_cast(double, x); }
inline long long __double_as_longlong(double x) { return __builtin_bit_cast(long long, x); }
using std::fma;
using std::sqrt;

template <class... A, std::size_t... kI>
void call_kernel(void (*kernel)(A...), void** places, std::index_sequence<kI...>) {
  kernel(*static_cast<std::remove_cv_t<A>*>(places[kI])...);
}

// A function that takes the arguments of `kernel` as cudaLaunchKernel does: the place of each.
#define LOCKSTEP_HOST_ENTRY(kernel)                                 \
  template <class... A>                                             \
  void kernel##_spread(void (*function)(A...), void** places) {     \
    call_kernel(function, places, std::index_sequence_for<A...>()); \
  }                                                                 \
  extern "C" void kernel##_call(void** places) { kernel##_spread(kernel, places); }
