// kernels/pick/pick.cl - the places of the true elements of a mask. Contract: README.md. Twins: pick.cpu.cpp, pick.cu.
// On a GPU a work-group of up to 256 has one tile; on a processor (LOCKSTEP_PROCESSOR) the first work-item has it alone.
#define TILE 4096
#define GROUP 256

#ifdef LOCKSTEP_PROCESSOR
#define FIRST 0
#define STEP 1
#define MEET()
#else
#define FIRST ((uint)get_local_id(0))
#define STEP ((uint)get_local_size(0))
#define MEET() barrier(CLK_LOCAL_MEM_FENCE)
#endif

__kernel void pick(__global const uchar* mask, __global long* counts, __global long* places, const ulong length,
                   const uint phase, const ulong n) {
#ifdef LOCKSTEP_PROCESSOR
  uint found[GROUP];
  if (get_local_id(0) != 0) return;
#else
  __local uint found[GROUP];
#endif
  const ulong tile = get_group_id(0), begin = tile * TILE;
  if (tile >= n / 256) return;
  const uint size = length - begin < TILE ? (uint)(length - begin) : TILE;
  // A work-item has a run of neighbours, so that the places come out in order.
  const uint run = TILE / STEP, from = FIRST * run, to = from + run < size ? from + run : size;
  uint mine = 0;
  for (uint i = from; i < to; ++i) mine += mask[begin + i];
  found[FIRST] = mine;
  MEET();
  if (phase == 0) {
    if (FIRST != 0) return;
    uint count = 0;
    for (uint k = 0; k < STEP; ++k) count += found[k];
    counts[tile] = count;
    return;
  }
  long next = counts[tile];
  for (uint k = 0; k < FIRST; ++k) next += found[k];
  for (uint i = from; i < to; ++i)
    if (mask[begin + i]) places[next++] = (long)(begin + i);
}
