// kernels/orbit/orbit.cl - many steps of the orbit integrator per launch. Contract: README.md. Twins: orbit.cpu.cpp,
// orbit.cu. Compiled with ORBIT_F64 for f64. On a GPU a work-item has one particle; on a processor (LOCKSTEP_PROCESSOR)
// the first work-items have CHAINS vectors of LANES particles each, because a single chain of operations is bound by its
// latency, and the others have none.
#ifdef ORBIT_F64
typedef double T;
#define SIGN 0x8000000000000000ul
#else
typedef float T;
#define SIGN 0x80000000u
#endif

#ifndef LOCKSTEP_PROCESSOR
#define LANES 1
#define CHAINS 1
typedef T V;
#define LOAD(p) (*(p))
#define STORE(v, p) (*(p) = (v))
#ifdef ORBIT_F64
#define NEG(v) as_double(as_ulong(v) ^ SIGN)
#else
#define NEG(v) as_float(as_uint(v) ^ SIGN)
#endif
#elif defined(ORBIT_F64)
#define LANES 8
#define CHAINS 3
typedef double8 V;
#define LOAD(p) vload8(0, p)
#define STORE(v, p) vstore8(v, 0, p)
#define NEG(v) as_double8(as_ulong8(v) ^ SIGN)
#else
#define LANES 16
#define CHAINS 3
typedef float16 V;
#define LOAD(p) vload16(0, p)
#define STORE(v, p) vstore16(v, 0, p)
#define NEG(v) as_float16(as_uint16(v) ^ SIGN)
#endif

// All steps of CHAINS * LANES particles, whose columns follow each other in `p`: x, y, w, vx, vy.
void run_particles(T p[5][CHAINS * LANES], T h, long steps) {
  const V zero = (V)0;
  V x[CHAINS], y[CHAINS], hw[CHAINS], vx[CHAINS], vy[CHAINS];
  for (int k = 0; k < CHAINS; ++k) {
    x[k] = LOAD(p[0] + k * LANES);
    y[k] = LOAD(p[1] + k * LANES);
    hw[k] = h * LOAD(p[2] + k * LANES);
  }
  for (long s = 0; s < steps; ++s) {
    for (int k = 0; k < CHAINS; ++k) {
      const V norm = sqrt(x[k] * x[k] + y[k] * y[k]);
      vx[k] = norm == zero ? zero : NEG(y[k]) / norm;
      vy[k] = norm == zero ? zero : x[k] / norm;
      x[k] = x[k] + hw[k] * vx[k];
      y[k] = y[k] + hw[k] * vy[k];
    }
  }
  for (int k = 0; k < CHAINS; ++k) {
    STORE(x[k], p[0] + k * LANES);
    STORE(y[k], p[1] + k * LANES);
    STORE(vx[k], p[3] + k * LANES);
    STORE(vy[k], p[4] + k * LANES);
  }
}

__kernel void orbit(__global T* x, __global T* y, __global const T* w, __global T* vx, __global T* vy, const T h,
                    const long steps, const ulong n) {
  const ulong i = get_global_id(0) * (CHAINS * LANES);
  if (i >= n || steps <= 0) return;  // the last work-group is padded
  const uint count = n - i < CHAINS * LANES ? (uint)(n - i) : CHAINS * LANES;
  T p[5][CHAINS * LANES];
  for (uint l = 0; l < CHAINS * LANES; ++l) {  // lanes beyond the last particle compute harmless values
    p[0][l] = l < count ? x[i + l] : (T)1;
    p[1][l] = l < count ? y[i + l] : (T)0;
    p[2][l] = l < count ? w[i + l] : (T)0;
  }
  run_particles(p, h, steps);
  for (uint l = 0; l < count; ++l) {
    x[i + l] = p[0][l];
    y[i + l] = p[1][l];
    vx[i + l] = p[3][l];
    vy[i + l] = p[4][l];
  }
}
