// kernels/segments/segments.cl - the unit tree of each segment. Contract: README.md. Twins: segments.cpu.cpp,
// segments.cu.
// Compiled with SEGMENTS_sum, SEGMENTS_prod or SEGMENTS_smallest, and with SEGMENTS_f32, SEGMENTS_f64, SEGMENTS_u8,
// SEGMENTS_u32 or SEGMENTS_u64. On a GPU a work-group has one tile; on a processor (LOCKSTEP_PROCESSOR) the first work-item
// of the group has it alone.
#if defined(SEGMENTS_f32)
typedef float T;
#elif defined(SEGMENTS_f64)
typedef double T;
#elif defined(SEGMENTS_u8)
typedef uchar T;
#define SIGN ((T)0x80)
#define LARGEST ((T)0xff)
#define INFINITE LARGEST
#elif defined(SEGMENTS_u32)
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

#ifdef LOCKSTEP_PROCESSOR
#define SHARED __private
#define FIRST 0
#define STEP 1
#define MEET()
#define MEET_IN_MEMORY()
#else
#define SHARED __local
#define FIRST ((uint)get_local_id(0))
#define STEP ((uint)get_local_size(0))
#define MEET() barrier(CLK_LOCAL_MEM_FENCE)
#define MEET_IN_MEMORY() barrier(CLK_GLOBAL_MEM_FENCE)
#endif

// The segment that has unit k: the last one whose units begin at or before it.
ulong segment_of(__global const long* units, ulong segments, ulong k) {
  ulong low = 0, high = segments;
  while (high - low > 1) {
    const ulong middle = (low + high) / 2;
    if ((ulong)units[middle] <= k)
      low = middle;
    else
      high = middle;
  }
  return low;
}

// Phase 0: the node of a unit, which has fewer than 1024 elements at the end of a segment.
void sum_unit(SHARED T* lanes, __global const T* x, __global T* node, uint count, uint order) {
  const uint width = count < ROW ? count : ROW;
  for (uint l = FIRST; l < width; l += STEP) {
    T lane = read(x[l], order);
    for (uint i = l + ROW; i < count; i += ROW) {
      const T v = read(x[i], order);
      lane = OP(lane, v);
    }
    lanes[l] = lane;
  }
  for (uint reach = ROW / 2; reach > 0; reach /= 2) {
    MEET();
    for (uint l = FIRST; l < reach && l + reach < width; l += STEP) lanes[l] = OP(lanes[l], lanes[l + reach]);
  }
  if (FIRST == 0) *node = lanes[0];
}

// Phase 1: the nodes of a segment join pairwise, in their places.
void join_nodes(__global T* nodes, ulong count, __global T* out, uint order) {
  for (ulong step = 1; step < count; step *= 2) {
    for (ulong i = 2 * step * FIRST; i + step < count; i += 2 * step * STEP) nodes[i] = OP(nodes[i], nodes[i + step]);
    MEET_IN_MEMORY();
  }
  if (FIRST == 0) *out = write(nodes[0], order);
}

__kernel void segments(__global const T* x, __global const long* offsets, __global const long* units, __global T* nodes,
                       __global T* out, const ulong segments, const uint phase, const uint order, const long empty,
                       const ulong n) {
#ifdef LOCKSTEP_PROCESSOR
  if (get_local_id(0) != 0) return;
#endif
  SHARED T lanes[ROW];
  const ulong tile = get_group_id(0);
  if (tile >= n / 256) return;
  if (phase == 0) {
    if (tile >= (ulong)units[segments]) return;  // there are as many tiles as there could be units
    const ulong s = segment_of(units, segments, tile), u = tile - (ulong)units[s];
    const ulong first = (ulong)offsets[s] + u * UNIT, left = (ulong)offsets[s + 1] - first;
    sum_unit(lanes, x + first, nodes + tile, left < UNIT ? (uint)left : UNIT, order);
  } else {
    const ulong count = (ulong)(units[tile + 1] - units[tile]);
    if (count > 0) {
      join_nodes(nodes + units[tile], count, out + tile, order);
    } else if (FIRST == 0) {
      out[tile] = (T)empty;
    }
  }
}
