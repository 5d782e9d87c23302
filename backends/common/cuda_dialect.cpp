#include "backends/common/dialect.hpp"

namespace lockstep::text {
namespace {

// OpenCL's names for what the emitter writes. The float functions that CUDA knows for f32 and f64 alike, sqrt and fma,
// are rounded as IEEE wants under the options of backends/cuda/nvrtc.cpp.
constexpr const char* kPrologue = R"(typedef unsigned char uchar;
typedef unsigned int uint;
typedef unsigned long ulong;
static __device__ __forceinline__ float as_float(uint x) { return __uint_as_float(x); }
static __device__ __forceinline__ float as_float(int x) { return __int_as_float(x); }
static __device__ __forceinline__ float as_float(float x) { return x; }
static __device__ __forceinline__ uint as_uint(float x) { return __float_as_uint(x); }
static __device__ __forceinline__ uint as_uint(uint x) { return x; }
static __device__ __forceinline__ int as_int(float x) { return __float_as_int(x); }
static __device__ __forceinline__ int as_int(uint x) { return (int)x; }
template <class X> static __device__ float as_float(X) = delete;  // no conversion of the value
template <class X> static __device__ uint as_uint(X) = delete;
template <class X> static __device__ int as_int(X) = delete;
// Of bytes that were read four at a time, NVRTC 13.0 converts a difference of the lowest ones to float without extending its
// sign. An assembly of nothing hides from it where a byte is from.
static __device__ __forceinline__ uchar lone_byte(uchar x) { uint w = x; asm("" : "+r"(w)); return (uchar)w; }
static __device__ __forceinline__ signed char lone_byte(signed char x) { int w = x; asm("" : "+r"(w)); return (signed char)w; }
)";

constexpr const char* kF64Prologue =
    R"(static __device__ __forceinline__ double as_double(ulong x) { return __longlong_as_double((long long)x); }
static __device__ __forceinline__ double as_double(long x) { return __longlong_as_double((long long)x); }
static __device__ __forceinline__ double as_double(double x) { return x; }
static __device__ __forceinline__ ulong as_ulong(double x) { return (ulong)__double_as_longlong(x); }
static __device__ __forceinline__ ulong as_ulong(ulong x) { return x; }
static __device__ __forceinline__ long as_long(double x) { return (long)__double_as_longlong(x); }
static __device__ __forceinline__ long as_long(ulong x) { return (long)x; }
template <class X> static __device__ double as_double(X) = delete;
template <class X> static __device__ ulong as_ulong(X) = delete;
template <class X> static __device__ long as_long(X) = delete;
)";

// All threads of the warp take part. There is no shuffle of bytes.
constexpr const char* kShufflePrologue = R"(#define SHUFFLE(name, function) \
  template <class X> static __device__ __forceinline__ X name(X x, uint at) { return function(0xffffffffu, x, at); } \
  static __device__ __forceinline__ uchar name(uchar x, uint at) { return (uchar)function(0xffffffffu, (uint)x, at); } \
  static __device__ __forceinline__ signed char name(signed char x, uint at) { \
    return (signed char)function(0xffffffffu, (int)x, at); \
  }
SHUFFLE(shuffle_xor, __shfl_xor_sync)
SHUFFLE(shuffle_from, __shfl_sync)
#undef SHUFFLE
)";

}  // namespace

const Dialect& cuda_dialect() noexcept {
  static constexpr Dialect dialect{
      .name = "CUDA C",
      .types = {"bool", "signed char", "int", "long", "uchar", "uint", "ulong", "float", "double"},
      .kernel = "extern \"C\" __global__",
      .function = "static __device__ __forceinline__ ",
      .global = "",
      .local = "__shared__ ",
      .restrict_ = "__restrict__ ",
      .group_size = "__launch_bounds__({})",
      .global_id = "((ulong)blockIdx.x * blockDim.x + threadIdx.x)",
      .local_id = "threadIdx.x",
      .group_id = "(ulong)blockIdx.x",
      .barrier = "__syncthreads();",
      .prologue = kPrologue,
      .f64_prologue = kF64Prologue,
      .aligned = "__align__({})",
      .shuffle_prologue = kShufflePrologue,
      .lone_byte = "lone_byte",
  };
  return dialect;
}

}  // namespace lockstep::text
