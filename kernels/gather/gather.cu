// kernels/gather/gather.cu - elements by their indices. Contract: README.md. Twins: gather.cpu.cpp, gather.cl.
// Compiled with GATHER_u8, GATHER_u32 or GATHER_u64.
typedef unsigned int u32;
typedef unsigned long long u64;
#if defined(GATHER_u8)
typedef unsigned char T;
#elif defined(GATHER_u32)
typedef u32 T;
#else
typedef u64 T;
#endif
#define WRAP 1
#define CLIP 2

// Where in the axis an index points to.
__device__ u64 place_of(long long index, long long length, u32 mode) {
  if (mode == CLIP) return (u64)(index < 0 ? 0 : index >= length ? length - 1 : index);
  if (mode == WRAP) index %= length;
  return (u64)(index < 0 ? index + length : index);
}

extern "C" __global__ void __launch_bounds__(256)
    gather(const T* x, const long long* indices, T* out, const u64 length, const u64 count, const u64 inner,
           const u32 mode, const u64 n) {
  const u64 i = ((u64)blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= n) return;
  if (inner == 1 && n <= count) {
    out[i] = x[place_of(indices[i], (long long)length, mode)];
    return;
  }
  const u64 r = i % inner, j = i / inner % count, o = i / inner / count;
  out[i] = x[(o * length + place_of(indices[j], (long long)length, mode)) * inner + r];
}
