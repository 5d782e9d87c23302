// kernels/tally/tally.cu - whole numbers added at their indices. Contract: README.md. Twins: tally.cpu.cpp, tally.cl.
// A block of up to 256 has one tile.
typedef unsigned int u32;
typedef unsigned long long u64;
#define TILE 4096
#define OWN_COUNTERS 1024

#define FIRST threadIdx.x
#define STEP blockDim.x
#define MEET() __syncthreads()

extern "C" __global__ void __launch_bounds__(256)
    tally(const long long* indices, const u64* values, u64* sums, const u64 count, const long long length,
          const u32 weighted, const u64 n) {
  __shared__ u32 own[OWN_COUNTERS];
  const u64 tile = blockIdx.x, begin = tile * TILE;
  if (tile >= n / 256) return;
  const u64 end = begin + TILE < count ? begin + TILE : count;
  if (weighted || length > OWN_COUNTERS) {
    for (u64 i = begin + FIRST; i < end; i += STEP)
      atomicAdd(&sums[indices[i] < 0 ? indices[i] + length : indices[i]], weighted ? values[i] : 1ull);
    return;
  }
  for (u32 j = FIRST; j < (u32)length; j += STEP) own[j] = 0;
  MEET();
  for (u64 i = begin + FIRST; i < end; i += STEP)
    atomicAdd(&own[indices[i] < 0 ? indices[i] + length : indices[i]], 1u);
  MEET();
  for (u32 j = FIRST; j < (u32)length; j += STEP)
    if (own[j] != 0) atomicAdd(&sums[j], (u64)own[j]);
}
