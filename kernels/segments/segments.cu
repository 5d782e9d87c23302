// kernels/segments/segments.cu - the unit tree of each segment. Contract: README.md. Twins: segments.cpu.cpp,
// segments.cl. Compiled with SEGMENTS_sum, SEGMENTS_prod or SEGMENTS_smallest, and with SEGMENTS_f32, SEGMENTS_f64,
// SEGMENTS_u8, SEGMENTS_u32 or SEGMENTS_u64. A block has one tile.
typedef unsigned int u32;
typedef unsigned long long u64;
#if defined(SEGMENTS_f32)
typedef float T;
#elif defined(SEGMENTS_f64)
typedef double T;
#elif defined(SEGMENTS_u8)
typedef unsigned char T;
#define SIGN ((T)0x80)
#define LARGEST ((T)0xff)
#define INFINITE LARGEST
#elif defined(SEGMENTS_u32)
typedef u32 T;
#define SIGN 0x80000000u
#define LARGEST 0xffffffffu
#define INFINITE 0x7f800000u
#else
typedef u64 T;
#define SIGN 0x8000000000000000ull
#define LARGEST 0xffffffffffffffffull
#define INFINITE 0x7ff0000000000000ull
#endif

#if defined(SEGMENTS_sum)
#define OP(a, b) ((a) + (b))
#elif defined(SEGMENTS_prod)
#define OP(a, b) ((a) * (b))
#define IDENTITY ((T)1)
#else
#define OP(a, b) ((b) < (a) ? (b) : (a))
#define IDENTITY LARGEST
#endif
#if defined(SEGMENTS_sum) && defined(SEGMENTS_u64)
#define IDENTITY ((T)0)
#elif defined(SEGMENTS_sum)
#define IDENTITY ((T)-0.0f)
#endif

#if defined(SEGMENTS_smallest)
// Unsigned keys in the order of the values: -0 below +0, NaN below all. With MIRRORED, in the opposite order.
#define MIRRORED 4
__device__ T read(T v, u32 order) {
  T key = v;
  if ((order & 3) == 1) key = v ^ SIGN;
  if ((order & 3) == 2) {
    if ((v & (T)~SIGN) > INFINITE) return 0;
    key = v & SIGN ? (T)~v : (T)(v | SIGN);
  }
  return order & MIRRORED ? (T)~key : key;
}
__device__ T write(T key, u32 order) {
  const T v = order & MIRRORED ? (T)~key : key;
  if ((order & 3) == 0) return v;
  if ((order & 3) == 1) return v ^ SIGN;
  return v & SIGN ? (T)(v ^ SIGN) : (T)~v;
}
#else
__device__ T read(T v, u32 order) { return v; }
__device__ T write(T v, u32 order) { return v; }
#endif

#define UNIT 1024
#define ROW 128

#define FIRST threadIdx.x
#define STEP blockDim.x
#define MEET() __syncthreads()
#define MEET_IN_MEMORY() __syncthreads()

// The segment that has unit k: the last one whose units begin at or before it.
__device__ u64 segment_of(const long long* units, u64 segments, u64 k) {
  u64 low = 0, high = segments;
  while (high - low > 1) {
    const u64 middle = (low + high) / 2;
    if ((u64)units[middle] <= k)
      low = middle;
    else
      high = middle;
  }
  return low;
}

// Phase 0: the node of a unit, which has fewer than 1024 elements at the end of a segment.
__device__ void sum_unit(T* lanes, const T* x, T* node, u32 count, u32 order) {
  const u32 width = count < ROW ? count : ROW;
  for (u32 l = FIRST; l < width; l += STEP) {
    T lane = read(x[l], order);
    for (u32 i = l + ROW; i < count; i += ROW) {
      const T v = read(x[i], order);
      lane = OP(lane, v);
    }
    lanes[l] = lane;
  }
  for (u32 reach = ROW / 2; reach > 0; reach /= 2) {
    MEET();
    for (u32 l = FIRST; l < reach && l + reach < width; l += STEP) lanes[l] = OP(lanes[l], lanes[l + reach]);
  }
  if (FIRST == 0) *node = lanes[0];
}

// Phase 1: the nodes of a segment join pairwise, in their places.
__device__ void join_nodes(T* nodes, u64 count, T* out, u32 order) {
  for (u64 step = 1; step < count; step *= 2) {
    for (u64 i = 2 * step * FIRST; i + step < count; i += 2 * step * STEP) nodes[i] = OP(nodes[i], nodes[i + step]);
    MEET_IN_MEMORY();
  }
  if (FIRST == 0) *out = write(nodes[0], order);
}

extern "C" __global__ void __launch_bounds__(256)
    segments(const T* x, const long long* offsets, const long long* units, T* nodes, T* out, const u64 segments,
             const u32 phase, const u32 order, const long long empty, const u64 n) {
  __shared__ T lanes[ROW];
  const u64 tile = blockIdx.x;
  if (tile >= n / 256) return;
  if (phase == 0) {
    if (tile >= (u64)units[segments]) return;  // there are as many tiles as there could be units
    const u64 s = segment_of(units, segments, tile), u = tile - (u64)units[s];
    const u64 first = (u64)offsets[s] + u * UNIT, left = (u64)offsets[s + 1] - first;
    sum_unit(lanes, x + first, nodes + tile, left < UNIT ? (u32)left : UNIT, order);
  } else {
    const u64 count = (u64)(units[tile + 1] - units[tile]);
    if (count > 0) {
      join_nodes(nodes + units[tile], count, out + tile, order);
    } else if (FIRST == 0) {
      out[tile] = (T)empty;
    }
  }
}
