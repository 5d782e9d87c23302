// kernels/scan/scan.cl - prefixes of rows on the unit tree. Contract: README.md. Twins: scan.cpu.cpp, scan.cu.
// Compiled with SCAN_sum, SCAN_prod or SCAN_smallest, and with SCAN_f32, SCAN_f64, SCAN_u8, SCAN_u32 or SCAN_u64.
// On a GPU a work-group has one tile; on a processor (LOCKSTEP_PROCESSOR) the first work-item of the group has it alone,
// and the compiler makes vectors of the loops.
#if defined(SCAN_f32)
typedef float T;
#elif defined(SCAN_f64)
typedef double T;
#elif defined(SCAN_u8)
typedef uchar T;
#define SIGN ((T)0x80)
#define LARGEST ((T)0xff)
#define INFINITE LARGEST
#elif defined(SCAN_u32)
typedef uint T;
#define SIGN 0x80000000u
#define LARGEST 0xffffffffu
#define INFINITE 0x7f800000u
#else
typedef ulong T;
#define SIGN 0x8000000000000000ul
#define LARGEST 0xfffffffffffffffful
#define INFINITE 0x7ff0000000000000ul
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
T read(T v, uint order) {
  T key = v;
  if ((order & 3) == 1) key = v ^ SIGN;
  if ((order & 3) == 2) {
    if ((v & (T)~SIGN) > INFINITE) return 0;
    key = v & SIGN ? (T)~v : (T)(v | SIGN);
  }
  return order & MIRRORED ? (T)~key : key;
}
T write(T key, uint order) {
  const T v = order & MIRRORED ? (T)~key : key;
  if ((order & 3) == 0) return v;
  if ((order & 3) == 1) return v ^ SIGN;
  return v & SIGN ? (T)(v ^ SIGN) : (T)~v;
}
#else
T read(T v, uint order) { return v; }
T write(T v, uint order) { return v; }
#endif

#define UNIT 1024
#define ROW 128
#define PAD 64
#define FAN 512

#ifdef LOCKSTEP_PROCESSOR
#define SHARED __private
#define FIRST 0
#define STEP 1
#define MEET()
#else
#define SHARED __local
#define FIRST ((uint)get_local_id(0))
#define STEP ((uint)get_local_size(0))
#define MEET() barrier(CLK_LOCAL_MEM_FENCE)
#endif

// Where the nodes of a level begin among those of a row that has `full` complete units.
ulong level_begin(ulong full, uint level) {
  ulong begin = 0;
  for (uint b = 0; b < level; ++b) begin += full >> b;
  return begin;
}

// The unit's elements as 8 rows of 128 lanes, added up down the rows: a[PAD + t] is lane t % 128 after element t.
void fill_lanes(SHARED T* a, __global const T* x, uint count, uint order) {
  for (uint l = FIRST; l < ROW; l += STEP) {
    T lane = IDENTITY;
    for (uint r = 0; r < UNIT; r += ROW) {
      const T v = r + l < count ? read(x[r + l], order) : IDENTITY;
      lane = OP(lane, v);
      a[PAD + r + l] = lane;
    }
  }
}

// Phase 0: the node of each complete unit.
void sum_unit(SHARED T* a, __global const T* x, __global T* node, uint order) {
  fill_lanes(a, x, UNIT, order);
  SHARED T* lanes = a + PAD + UNIT - ROW;
  for (uint reach = ROW / 2; reach > 0; reach /= 2) {
    MEET();
    for (uint l = FIRST; l < reach; l += STEP) lanes[l] = OP(lanes[l], lanes[l + reach]);
  }
  MEET();
  if (FIRST == 0) *node = lanes[0];
}

// Phase 1: nine levels of nodes above `level`, of 512 neighbours.
void join_nodes(SHARED T* a, __global T* nodes, ulong full, uint level, ulong group) {
  const ulong first = group * FAN;
  __global const T* from = nodes + level_begin(full, level);
  for (uint i = FIRST; i < FAN; i += STEP) a[i] = first + i < (full >> level) ? from[first + i] : IDENTITY;
  SHARED T* b = a + FAN;
  for (uint s = 1; s <= 9; ++s) {
    const ulong begin = level_begin(full, level + s), count = full >> (level + s);
    MEET();
    for (uint j = FIRST; j < (FAN >> s); j += STEP) {
      b[j] = OP(a[2 * j], a[2 * j + 1]);
      if ((first >> s) + j < count) nodes[begin + (first >> s) + j] = b[j];
    }
    SHARED T* swap = a;
    a = b;
    b = swap;
  }
}

// Phase 2: all prefixes that end in unit `u`. A prefix is a unit tree whose last unit is incomplete: the lanes after
// element t are halved by looking back 64, 32, .. 1 elements, and the complete units before join from the right.
void apply_unit(SHARED T* a, SHARED T* b, SHARED T* carry, __global const T* x, __global T* out, __global const T* nodes,
                ulong length, ulong u, uint order, uint exclusive, long empty) {
  const ulong full = length / UNIT, first = u * UNIT;
  const uint count = length - first < UNIT ? (uint)(length - first) : UNIT;
  uint levels = 0;
  while (levels < 64 && (u >> levels) != 0) ++levels;
  for (uint i = FIRST; i < levels; i += STEP)
    carry[i] = (u >> i) & 1 ? nodes[level_begin(full, i) + (u >> i) - 1] : IDENTITY;
  for (uint i = FIRST; i < PAD; i += STEP) a[i] = b[i] = IDENTITY;
  fill_lanes(a, x + first, count, order);
  for (uint back = ROW / 2; back > 0; back /= 2) {
    MEET();
    for (uint t = PAD + FIRST; t < PAD + UNIT; t += STEP) b[t] = OP(a[t], a[t - back]);
    SHARED T* swap = a;
    a = b;
    b = swap;
  }
  MEET();
  for (uint i = 0; i < levels; ++i) {
    if (!((u >> i) & 1)) continue;
    const T node = carry[i];
    for (uint t = PAD + FIRST; t < PAD + UNIT; t += STEP) a[t] = OP(node, a[t]);
  }
  if (!exclusive) {
    for (uint t = FIRST; t < count; t += STEP) out[first + t] = write(a[PAD + t], order);
    return;
  }
  for (uint t = FIRST; t + 1 < count; t += STEP) out[first + t + 1] = write(a[PAD + t], order);
  if (FIRST == 0) {
    T before = IDENTITY;
    for (uint i = 0; i < levels; ++i)
      if ((u >> i) & 1) before = OP(carry[i], before);
    out[first] = u == 0 ? (T)empty : write(before, order);
  }
}

__kernel void scan(__global const T* x, __global T* out, __global T* nodes, const ulong length, const uint phase,
                   const uint level, const uint order, const uint exclusive, const long empty, const ulong n) {
#ifdef LOCKSTEP_PROCESSOR
  if (get_local_id(0) != 0) return;
#endif
  SHARED T a[PAD + UNIT];
  SHARED T b[PAD + UNIT];
  SHARED T carry[64];
  const ulong tile = get_group_id(0), full = length / UNIT, row_nodes = 2 * full;
  if (tile >= n / 256) return;
  if (phase == 0) {
    const ulong row = tile / full, u = tile % full;
    sum_unit(a, x + row * length + u * UNIT, nodes + row * row_nodes + u, order);
  } else if (phase == 1) {
    const ulong groups = ((full >> level) + FAN - 1) / FAN, row = tile / groups;
    join_nodes(a, nodes + row * row_nodes, full, level, tile % groups);
  } else {
    const ulong units = (length + UNIT - 1) / UNIT, row = tile / units;
    apply_unit(a, b, carry, x + row * length, out + row * length, nodes + row * row_nodes, length, tile % units, order,
               exclusive, empty);
  }
}
