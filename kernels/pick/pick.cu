// kernels/pick/pick.cu - the places of the true elements of a mask. Contract: README.md. Twins: pick.cpu.cpp, pick.cl.
// A block of up to 256 has one tile.
typedef unsigned int u32;
typedef unsigned long long u64;
#define TILE 4096
#define GROUP 256

#define FIRST threadIdx.x
#define STEP blockDim.x
#define MEET() __syncthreads()

extern "C" __global__ void __launch_bounds__(256)
    pick(const unsigned char* mask, long long* counts, long long* places, const u64 length, const u32 phase,
         const u64 n) {
  __shared__ u32 found[GROUP];
  const u64 tile = blockIdx.x, begin = tile * TILE;
  if (tile >= n / 256) return;
  const u32 size = length - begin < TILE ? (u32)(length - begin) : TILE;
  // A thread has a run of neighbours, so that the places come out in order.
  const u32 run = TILE / STEP, from = FIRST * run, to = from + run < size ? from + run : size;
  u32 mine = 0;
  for (u32 i = from; i < to; ++i) mine += mask[begin + i];
  found[FIRST] = mine;
  MEET();
  if (phase == 0) {
    if (FIRST != 0) return;
    u32 count = 0;
    for (u32 k = 0; k < STEP; ++k) count += found[k];
    counts[tile] = count;
    return;
  }
  long long next = counts[tile];
  for (u32 k = 0; k < FIRST; ++k) next += found[k];
  for (u32 i = from; i < to; ++i)
    if (mask[begin + i]) places[next++] = (long long)(begin + i);
}
