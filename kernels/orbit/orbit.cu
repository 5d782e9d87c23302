// kernels/orbit/orbit.cu - many steps of the orbit integrator per launch. Contract: README.md. Twins: orbit.cpu.cpp,
// orbit.cl. Compiled with ORBIT_F64 for f64. A thread has one particle, in registers from the first step to the last.
#ifdef ORBIT_F64
typedef double T;
#else
typedef float T;
#endif

// Flips the sign bit, of a NaN too; what a negation does is the compiler's choice.
#ifdef ORBIT_F64
static __device__ __forceinline__ T flip_sign(T v) {
  return __longlong_as_double((long long)((unsigned long long)__double_as_longlong(v) ^ 0x8000000000000000ull));
}
#else
static __device__ __forceinline__ T flip_sign(T v) { return __uint_as_float(__float_as_uint(v) ^ 0x80000000u); }
#endif

extern "C" __global__ void __launch_bounds__(256)
    orbit(T* __restrict__ x, T* __restrict__ y, const T* __restrict__ w, T* __restrict__ vx, T* __restrict__ vy,
          const T h, const long long steps, const unsigned long long n) {
  const unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n || steps <= 0) return;  // the last block is padded
  const T zero = 0;
  T px = x[i], py = y[i];
  const T hw = h * w[i];
  T ux = zero, uy = zero;
  for (long long s = 0; s < steps; ++s) {
    const T norm = sqrt(px * px + py * py);
    ux = norm == zero ? zero : flip_sign(py) / norm;
    uy = norm == zero ? zero : px / norm;
    px = px + hw * ux;
    py = py + hw * uy;
  }
  x[i] = px;
  y[i] = py;
  vx[i] = ux;
  vy[i] = uy;
}
