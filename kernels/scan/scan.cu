// kernels/scan/scan.cu - prefixes of rows on the unit tree. Contract: README.md. Twins: scan.cpu.cpp, scan.cl.
// Compiled with SCAN_sum, SCAN_prod or SCAN_smallest, and with SCAN_f32, SCAN_f64, SCAN_u8, SCAN_u32 or SCAN_u64.
// A block has one tile.
typedef unsigned int u32;
typedef unsigned long long u64;
#if defined(SCAN_f32)
typedef float T;
#elif defined(SCAN_f64)
typedef double T;
#elif defined(SCAN_u8)
typedef unsigned char T;
#define SIGN ((T)0x80)
#define LARGEST ((T)0xff)
#define INFINITE LARGEST
#elif defined(SCAN_u32)
typedef unsigned int T;
#define SIGN 0x80000000u
#define LARGEST 0xffffffffu
#define INFINITE 0x7f800000u
#else
typedef unsigned long long T;
#define SIGN 0x8000000000000000ull
#define LARGEST 0xffffffffffffffffull
#define INFINITE 0x7ff0000000000000ull
#endif

#if defined(SCAN_sum)
#define OP(a, b) ((a) + (b))
#elif defined(SCAN_prod)
#define OP(a, b) ((a) * (b))
#define IDENTITY ((T)1)
#else
#define OP(a, b) ((b) < (a) ? (b) : (a))
#define IDENTITY LARGEST
#endif
#if defined(SCAN_sum) && defined(SCAN_u64)
#define IDENTITY ((T)0)
#elif defined(SCAN_sum)
#define IDENTITY ((T)-0.0f)
#endif

#if defined(SCAN_smallest)
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
#define PAD 64
#define FAN 512

#define FIRST threadIdx.x
#define STEP blockDim.x
#define MEET() __syncthreads()

// Where the nodes of a level begin among those of a row that has `full` complete units.
__device__ u64 level_begin(u64 full, u32 level) {
  u64 begin = 0;
  for (u32 b = 0; b < level; ++b) begin += full >> b;
  return begin;
}

// The unit's elements as 8 rows of 128 lanes, added up down the rows: a[PAD + t] is lane t % 128 after element t.
__device__ void fill_lanes(T* a, const T* x, u32 count, u32 order) {
  for (u32 l = FIRST; l < ROW; l += STEP) {
    T lane = IDENTITY;
    for (u32 r = 0; r < UNIT; r += ROW) {
      const T v = r + l < count ? read(x[r + l], order) : IDENTITY;
      lane = OP(lane, v);
      a[PAD + r + l] = lane;
    }
  }
}

// Phase 0: the node of each complete unit.
__device__ void sum_unit(T* a, const T* x, T* node, u32 order) {
  fill_lanes(a, x, UNIT, order);
  T* lanes = a + PAD + UNIT - ROW;
  for (u32 reach = ROW / 2; reach > 0; reach /= 2) {
    MEET();
    for (u32 l = FIRST; l < reach; l += STEP) lanes[l] = OP(lanes[l], lanes[l + reach]);
  }
  MEET();
  if (FIRST == 0) *node = lanes[0];
}

// Phase 1: nine levels of nodes above `level`, of 512 neighbours.
__device__ void join_nodes(T* a, T* nodes, u64 full, u32 level, u64 group) {
  const u64 first = group * FAN;
  const T* from = nodes + level_begin(full, level);
  for (u32 i = FIRST; i < FAN; i += STEP) a[i] = first + i < (full >> level) ? from[first + i] : IDENTITY;
  T* b = a + FAN;
  for (u32 s = 1; s <= 9; ++s) {
    const u64 begin = level_begin(full, level + s), count = full >> (level + s);
    MEET();
    for (u32 j = FIRST; j < (FAN >> s); j += STEP) {
      b[j] = OP(a[2 * j], a[2 * j + 1]);
      if ((first >> s) + j < count) nodes[begin + (first >> s) + j] = b[j];
    }
    T* swap = a;
    a = b;
    b = swap;
  }
}

// Phase 2: all prefixes that end in unit `u`. A prefix is a unit tree whose last unit is incomplete: the lanes after
// element t are halved by looking back 64, 32, .. 1 elements, and the complete units before join from the right.
__device__ void apply_unit(T* a, T* b, T* carry, const T* x, T* out, const T* nodes,
                u64 length, u64 u, u32 order, u32 exclusive, long long empty) {
  const u64 full = length / UNIT, first = u * UNIT;
  const u32 count = length - first < UNIT ? (u32)(length - first) : UNIT;
  u32 levels = 0;
  while (levels < 64 && (u >> levels) != 0) ++levels;
  for (u32 i = FIRST; i < levels; i += STEP)
    carry[i] = (u >> i) & 1 ? nodes[level_begin(full, i) + (u >> i) - 1] : IDENTITY;
  for (u32 i = FIRST; i < PAD; i += STEP) a[i] = b[i] = IDENTITY;
  fill_lanes(a, x + first, count, order);
  for (u32 back = ROW / 2; back > 0; back /= 2) {
    MEET();
    for (u32 t = PAD + FIRST; t < PAD + UNIT; t += STEP) b[t] = OP(a[t], a[t - back]);
    T* swap = a;
    a = b;
    b = swap;
  }
  MEET();
  for (u32 i = 0; i < levels; ++i) {
    if (!((u >> i) & 1)) continue;
    const T node = carry[i];
    for (u32 t = PAD + FIRST; t < PAD + UNIT; t += STEP) a[t] = OP(node, a[t]);
  }
  if (!exclusive) {
    for (u32 t = FIRST; t < count; t += STEP) out[first + t] = write(a[PAD + t], order);
    return;
  }
  for (u32 t = FIRST; t + 1 < count; t += STEP) out[first + t + 1] = write(a[PAD + t], order);
  if (FIRST == 0) {
    T before = IDENTITY;
    for (u32 i = 0; i < levels; ++i)
      if ((u >> i) & 1) before = OP(carry[i], before);
    out[first] = u == 0 ? (T)empty : write(before, order);
  }
}

extern "C" __global__ void __launch_bounds__(256)
    scan(const T* x, T* out, T* nodes, const u64 length, const u32 phase, const u32 level, const u32 order,
         const u32 exclusive, const long long empty, const u64 n) {
  __shared__ T a[PAD + UNIT];
  __shared__ T b[PAD + UNIT];
  __shared__ T carry[64];
  const u64 tile = blockIdx.x, full = length / UNIT, row_nodes = 2 * full;
  if (tile >= n / 256) return;
  if (phase == 0) {
    const u64 row = tile / full, u = tile % full;
    sum_unit(a, x + row * length + u * UNIT, nodes + row * row_nodes + u, order);
  } else if (phase == 1) {
    const u64 groups = ((full >> level) + FAN - 1) / FAN, row = tile / groups;
    join_nodes(a, nodes + row * row_nodes, full, level, tile % groups);
  } else {
    const u64 units = (length + UNIT - 1) / UNIT, row = tile / units;
    apply_unit(a, b, carry, x + row * length, out + row * length, nodes + row * row_nodes, length, tile % units, order,
               exclusive, empty);
  }
}
