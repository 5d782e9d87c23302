// kernels/gather/gather.cl - elements by their indices. Contract: README.md. Twins: gather.cpu.cpp, gather.cu.
// Compiled with GATHER_u8, GATHER_u32 or GATHER_u64.
#if defined(GATHER_u8)
typedef uchar T;
#elif defined(GATHER_u32)
typedef uint T;
#else
typedef ulong T;
#endif
#define WRAP 1
#define CLIP 2

// Where in the axis an index points to.
ulong place_of(long index, long length, uint mode) {
  if (mode == CLIP) return (ulong)(index < 0 ? 0 : index >= length ? length - 1 : index);
  if (mode == WRAP) index %= length;
  return (ulong)(index < 0 ? index + length : index);
}

__kernel void gather(__global const T* x, __global const long* indices, __global T* out, const ulong length,
                     const ulong count, const ulong inner, const uint mode, const ulong n) {
  const ulong i = get_global_id(0);
  if (i >= n) return;
  if (inner == 1 && n <= count) {
    out[i] = x[place_of(indices[i], (long)length, mode)];
    return;
  }
  const ulong r = i % inner, j = i / inner % count, o = i / inner / count;
  out[i] = x[(o * length + place_of(indices[j], (long)length, mode)) * inner + r];
}
