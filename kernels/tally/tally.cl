// kernels/tally/tally.cl - whole numbers added at their indices. Contract: README.md. Twins: tally.cpu.cpp, tally.cu.
// A work-group of up to 256 has one tile.
#define TILE 4096
#define OWN_COUNTERS 1024

#define FIRST ((uint)get_local_id(0))
#define STEP ((uint)get_local_size(0))
#define MEET() barrier(CLK_LOCAL_MEM_FENCE)

// By halves: not every device has atomic operations on 64 bits. Every carry is seen by the one addition that makes it.
void add_64(__global ulong* to, ulong value) {
  __global uint* halves = (__global uint*)to;
  const uint low = (uint)value, before = atomic_add(&halves[0], low);
  const uint high = (uint)(value >> 32) + (before + low < low ? 1 : 0);
  if (high != 0) atomic_add(&halves[1], high);
}

__kernel void tally(__global const long* indices, __global const ulong* values, __global ulong* sums,
                    const ulong count, const long length, const uint weighted, const ulong n) {
  __local uint own[OWN_COUNTERS];
  const ulong tile = get_group_id(0), begin = tile * TILE;
  if (tile >= n / 256) return;
  const ulong end = begin + TILE < count ? begin + TILE : count;
  if (weighted || length > OWN_COUNTERS) {
    for (ulong i = begin + FIRST; i < end; i += STEP)
      add_64(&sums[indices[i] < 0 ? indices[i] + length : indices[i]], weighted ? values[i] : 1);
    return;
  }
  for (uint j = FIRST; j < (uint)length; j += STEP) own[j] = 0;
  MEET();
  for (ulong i = begin + FIRST; i < end; i += STEP)
    atomic_inc(&own[indices[i] < 0 ? indices[i] + length : indices[i]]);
  MEET();
  for (uint j = FIRST; j < (uint)length; j += STEP)
    if (own[j] != 0) add_64(&sums[j], own[j]);
}
