// kernels/radix/radix.cu - one pass of a stable radix sort. Contract: README.md. Twins: radix.cpu.cpp, radix.cl.
// Compiled with RADIX_u8, RADIX_u32 or RADIX_u64. A block of up to 256 has one tile, a multiple of 2048 elements.
typedef unsigned int u32;
typedef unsigned long long u64;
#if defined(RADIX_u8)
typedef unsigned char K;
#define SIGN ((K)0x80)
#define LARGEST ((K)0xff)
#define INFINITE LARGEST
#define EACH 8
#elif defined(RADIX_u32)
typedef u32 K;
#define SIGN 0x80000000u
#define LARGEST 0xffffffffu
#define INFINITE 0x7f800000u
#define EACH 8
#else
typedef u64 K;
#define SIGN 0x8000000000000000ull
#define LARGEST 0xffffffffffffffffull
#define INFINITE 0x7ff0000000000000ull
#define EACH 4
#endif

#define DIGITS 256
#define GROUP 256
#define TEAM 32
#define OWN_POSITIONS 2

// The key in the order of the values: -0 as +0, NaN above all.
__device__ K ordered(K v, u32 order) {
  if (order == 0) return v;
  if (order == 1) return v ^ SIGN;
  const K magnitude = v & (K)~SIGN;
  // Without a branch on the sign, which nothing can predict. -0 is just below +0 until 1 is added.
  const K minus = (K)0 - (v >> (8 * sizeof(K) - 1)), key = (v ^ (minus | SIGN)) + (v == SIGN);
  return magnitude > INFINITE ? LARGEST : key;
}

__device__ u32 digit_of(K key, u32 place, u32 order, u32 shift, u64 row) {
  return (row ? (u32)(place / row >> shift) : (u32)(ordered(key, order) >> shift)) & 255;
}

#define FIRST threadIdx.x
#define STEP blockDim.x
#define MEET() __syncthreads()

// What a group shares.
typedef struct {
  K* keys;            // the part in the order of its digits; then its places
  u32* team_counts;  // how many of a digit a team has
  u32* same;         // which members of a team hold a digit
  u32* base;         // where the next key of a digit goes
  u32* count;        // how many of a digit the part has
  u32* upto;         // how many of a digit and those below
  u32* other;
  unsigned char* digits;
} Shared;

// sums[d] becomes the sum of sums[0 .. d]. A warp adds up a run of digits, then what the runs before it hold.
__device__ void sum_up(u32* sums, u32* of_runs) {
  const u32 team = FIRST / TEAM, member = FIRST % TEAM, teams = STEP / TEAM, run = DIGITS / teams;
  MEET();
  u32 before = 0;
  for (u32 d = team * run + member; d < (team + 1) * run; d += TEAM) {
    u32 sum = sums[d];
    for (u32 back = 1; back < TEAM; back *= 2) {
      const u32 earlier = __shfl_up_sync(~0u, sum, back);
      sum += member >= back ? earlier : 0;
    }
    sums[d] = sum += before;
    before = __shfl_sync(~0u, sum, TEAM - 1);
  }
  if (member == 0) of_runs[team] = before;
  MEET();
  for (u32 d = FIRST; d < DIGITS; d += STEP) {
    u32 sum = 0;
    for (u32 t = 0; t < d / run; ++t) sum += of_runs[t];
    sums[d] += sum;
  }
  MEET();
}

__device__ void count_tile(u32* count, const K* keys, const u32* places_in, u32* counts,
                u64 begin, u64 end, u64 tiles, u64 tile, u32 order, u32 shift, u32 places, u64 row) {
  for (u32 d = FIRST; d < DIGITS; d += STEP) count[d] = 0;
  MEET();
  for (u64 p = begin + FIRST; p < end; p += STEP * EACH) {
    K key[EACH];
    u32 place[EACH];
    for (u32 k = 0; k < EACH; ++k) {  // all are on their way before the first is counted
      const u64 i = p + k * STEP;
      if (i >= end) continue;
      key[k] = keys[i];
      place[k] = !row ? 0 : places == OWN_POSITIONS ? (u32)i : places_in[i];
    }
    for (u32 k = 0; k < EACH; ++k)
      if (p + k * STEP < end) atomicAdd(&count[digit_of(key[k], place[k], order, shift, row)], 1u);
  }
  MEET();
  for (u32 d = FIRST; d < DIGITS; d += STEP) counts[d * tiles + tile] = count[d];
}

// The counts of one digit become the sums before each tile. A work-item has a run of tiles.
__device__ void sum_counts(u32* sums, u32* counts, u64 tiles, u64 d) {
  u32* of = counts + d * tiles;
  const u64 run = (tiles + STEP - 1) / STEP, begin = FIRST * run, end = begin + run < tiles ? begin + run : tiles;
  u32 sum = 0;
  for (u64 t = begin; t < end; ++t) sum += of[t];
  sums[FIRST] = sum;
  MEET();
  u32 before = 0, total = 0;
  for (u32 i = 0; i < STEP; ++i) {
    before += i < FIRST ? sums[i] : 0;
    total += sums[i];
  }
  for (u64 t = begin; t < end; ++t) {
    const u32 here = of[t];
    of[t] = before;
    before += here;
  }
  if (FIRST == 0) counts[DIGITS * tiles + d] = total;
}

// Where each key of the part from `begin` goes among the keys of the part: a team, which is a warp, has a run of them, of
// which it ranks 32 neighbours at a time by who else in the team holds the digit. (By __match_any_sync that takes longer.)
__device__ void rank_part(const Shared* s, const u32* digit, u32* to, u64 begin, u64 end) {
  const u32 team = FIRST / TEAM, member = FIRST % TEAM, teams = STEP / TEAM;
  u32* same = s->same + team * DIGITS;
  u32* held = s->team_counts + team * DIGITS;
  for (u32 i = FIRST; i < teams * DIGITS; i += STEP) s->same[i] = s->team_counts[i] = 0;
  MEET();
  for (u32 k = 0; k < EACH; ++k) {
    const bool here = begin + (team * EACH + k) * TEAM + member < end;
    __syncwarp();
    if (here) atomicOr(&same[digit[k]], 1u << member);
    __syncwarp();
    const u32 who = here ? same[digit[k]] : 0, below = __popc(who & ((1u << member) - 1));
    if (here) to[k] = held[digit[k]] + below;
    __syncwarp();
    if (here && below == 0) {
      held[digit[k]] += __popc(who);
      same[digit[k]] = 0;
    }
  }
  MEET();
  for (u32 d = FIRST; d < DIGITS; d += STEP) {
    u32 sum = 0;
    for (u32 i = 0; i < teams; ++i) {
      const u32 here = s->team_counts[i * DIGITS + d];
      s->team_counts[i * DIGITS + d] = sum;
      sum += here;
    }
    s->count[d] = s->upto[d] = sum;
  }
  sum_up(s->upto, s->other);
  for (u32 k = 0; k < EACH; ++k)
    if (begin + (team * EACH + k) * TEAM + member < end)
      to[k] += held[digit[k]] + s->upto[digit[k]] - s->count[digit[k]];
}

__device__ void move_part(const Shared* s, const K* keys_in, K* keys_out, const u32* places_in,
               u32* places_out, u64 begin, u64 end, u32 order, u32 shift, u32 places, u64 row) {
  const u32 team = FIRST / TEAM, member = FIRST % TEAM, size = (u32)(end - begin);
  K key[EACH];
  u32 place[EACH], digit[EACH], to[EACH];
  for (u32 k = 0; k < EACH; ++k) {
    const u64 i = begin + (team * EACH + k) * TEAM + member;
    if (i >= end) continue;
    key[k] = keys_in[i];
    place[k] = !places ? 0 : places == OWN_POSITIONS ? (u32)i : places_in[i];
    digit[k] = digit_of(key[k], place[k], order, shift, row);
  }
  rank_part(s, digit, to, begin, end);
  for (u32 k = 0; k < EACH; ++k) {
    if (begin + (team * EACH + k) * TEAM + member >= end) continue;
    s->keys[to[k]] = key[k];
    s->digits[to[k]] = (unsigned char)digit[k];
  }
  MEET();
  for (u32 i = FIRST; i < size; i += STEP) {
    const u32 d = s->digits[i];
    keys_out[s->base[d] + i - (s->upto[d] - s->count[d])] = s->keys[i];
  }
#if !defined(RADIX_u8)
  if (places) {
    MEET();
    u32* moved = (u32*)s->keys;
    for (u32 k = 0; k < EACH; ++k)
      if (begin + (team * EACH + k) * TEAM + member < end) moved[to[k]] = place[k];
    MEET();
    for (u32 i = FIRST; i < size; i += STEP) {
      const u32 d = s->digits[i];
      places_out[s->base[d] + i - (s->upto[d] - s->count[d])] = moved[i];
    }
  }
#else
  if (places) {
    for (u32 k = 0; k < EACH; ++k)
      if (begin + (team * EACH + k) * TEAM + member < end)
        places_out[s->base[digit[k]] + to[k] - (s->upto[digit[k]] - s->count[digit[k]])] = place[k];
  }
#endif
  MEET();
  for (u32 d = FIRST; d < DIGITS; d += STEP) s->base[d] += s->count[d];
  MEET();
}

extern "C" __global__ void __launch_bounds__(256)
    radix(const K* keys_in, K* keys_out, const u32* places_in, u32* places_out, u32* counts, const u64 length,
          const u64 tile, const u32 phase, const u32 order, const u32 shift, const u32 places, const u64 row,
          const u64 n) {
  __shared__ K keys[GROUP * EACH];
  __shared__ u32 team_counts[(GROUP / TEAM) * DIGITS], same[(GROUP / TEAM) * DIGITS];
  __shared__ u32 base[DIGITS], count[DIGITS], upto[DIGITS], other[DIGITS];
  __shared__ unsigned char digits[GROUP * EACH];
  const Shared s = {keys, team_counts, same, base, count, upto, other, digits};
  const u64 t = blockIdx.x;
  if (t >= n / 256) return;
  const u64 tiles = (length + tile - 1) / tile, begin = t * tile;
  const u64 end = begin + tile < length ? begin + tile : length;
  if (phase == 0) {
    count_tile(s.count, keys_in, places_in, counts, begin, end, tiles, t, order, shift, places, row);
  } else if (phase == 1) {
    sum_counts(s.count, counts, tiles, t);
  } else {
    for (u32 d = FIRST; d < DIGITS; d += STEP) s.upto[d] = counts[DIGITS * tiles + d];
    sum_up(s.upto, s.other);
    for (u32 d = FIRST; d < DIGITS; d += STEP)
      s.base[d] = s.upto[d] - counts[DIGITS * tiles + d] + counts[d * tiles + t];
    MEET();
    const u64 part = STEP * EACH;
    for (u64 p = begin; p < end; p += part)
      move_part(&s, keys_in, keys_out, places_in, places_out, p, p + part < end ? p + part : end, order, shift, places,
                row);
  }
}
