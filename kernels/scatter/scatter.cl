// kernels/scatter/scatter.cl - elements to their indices. Contract: README.md. Twins: scatter.cpu.cpp, scatter.cu.
// Compiled with SCATTER_u8, SCATTER_u32 or SCATTER_u64.
#if defined(SCATTER_u8)
typedef uchar T;
#elif defined(SCATTER_u32)
typedef uint T;
#else
typedef ulong T;
#endif

__kernel void scatter(__global const long* indices, __global const T* values, __global uint* last, __global T* out,
                      const long length, const uint phase, const ulong n) {
  const ulong i = get_global_id(0);
  if (i >= n) return;
  if (phase == 0) {
    const long index = indices[i] < 0 ? indices[i] + length : indices[i];
    atomic_max(&last[index], (uint)i + 1);
  } else if (last[i] != 0) {
    out[i] = values[last[i] - 1];
  }
}
