// kernels/scatter/scatter.cu - elements to their indices. Contract: README.md. Twins: scatter.cpu.cpp, scatter.cl.
// Compiled with SCATTER_u8, SCATTER_u32 or SCATTER_u64.
typedef unsigned int u32;
typedef unsigned long long u64;
#if defined(SCATTER_u8)
typedef unsigned char T;
#elif defined(SCATTER_u32)
typedef u32 T;
#else
typedef u64 T;
#endif

extern "C" __global__ void __launch_bounds__(256)
    scatter(const long long* indices, const T* values, u32* last, T* out, const long long length, const u32 phase,
            const u64 n) {
  const u64 i = ((u64)blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= n) return;
  if (phase == 0) {
    const long long index = indices[i] < 0 ? indices[i] + length : indices[i];
    atomicMax(&last[index], (u32)i + 1);
  } else if (last[i] != 0) {
    out[i] = values[last[i] - 1];
  }
}
