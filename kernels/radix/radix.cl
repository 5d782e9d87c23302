// kernels/radix/radix.cl - one pass of a stable radix sort. Contract: README.md. Twins: radix.cpu.cpp, radix.cu.
// Compiled with RADIX_u8, RADIX_u32 or RADIX_u64. On a GPU a work-group of up to 256 has one tile, a multiple of 2048
// elements; on a processor (LOCKSTEP_PROCESSOR) the first work-item of the group has it alone.
#if defined(RADIX_u8)
typedef uchar K;
#define SIGN ((K)0x80)
#define LARGEST ((K)0xff)
#define INFINITE LARGEST
#define EACH 8
#elif defined(RADIX_u32)
typedef uint K;
#define SIGN 0x80000000u
#define LARGEST 0xffffffffu
#define INFINITE 0x7f800000u
#define EACH 8
#else
typedef ulong K;
#define SIGN 0x8000000000000000ul
#define LARGEST 0xfffffffffffffffful
#define INFINITE 0x7ff0000000000000ul
#define EACH 4
#endif

#define DIGITS 256
#define GROUP 256
#define TEAM 32
#define OWN_POSITIONS 2

// The key in the order of the values: -0 as +0, NaN above all.
K ordered(K v, uint order) {
  if (order == 0) return v;
  if (order == 1) return v ^ SIGN;
  const K magnitude = v & (K)~SIGN;
  // Without a branch on the sign, which nothing can predict. -0 is just below +0 until 1 is added.
  const K minus = (K)0 - (v >> (8 * sizeof(K) - 1)), key = (v ^ (minus | SIGN)) + (v == SIGN);
  return magnitude > INFINITE ? LARGEST : key;
}

uint digit_of(K key, uint place, uint order, uint shift, ulong row) {
  return (row ? (uint)(place / row >> shift) : (uint)(ordered(key, order) >> shift)) & 255;
}

#ifdef LOCKSTEP_PROCESSOR
void count_tile(__global const K* keys, __global const uint* places_in, __global uint* counts, ulong begin, ulong end,
                ulong tiles, ulong tile, uint order, uint shift, uint places, ulong row) {
  uint of[DIGITS];
  for (uint d = 0; d < DIGITS; ++d) of[d] = 0;
  for (ulong i = begin; i < end; ++i) {
    const uint place = !row ? 0 : places == OWN_POSITIONS ? (uint)i : places_in[i];
    ++of[digit_of(keys[i], place, order, shift, row)];
  }
  for (uint d = 0; d < DIGITS; ++d) counts[d * tiles + tile] = of[d];
}

void sum_counts(__global uint* counts, ulong tiles, ulong d) {
  uint sum = 0;
  for (ulong t = 0; t < tiles; ++t) {
    const uint here = counts[d * tiles + t];
    counts[d * tiles + t] = sum;
    sum += here;
  }
  counts[DIGITS * tiles + d] = sum;
}

void move_tile(__global const K* keys_in, __global K* keys_out, __global const uint* places_in,
               __global uint* places_out, __global const uint* counts, ulong begin, ulong end, ulong tiles, ulong tile,
               uint order, uint shift, uint places, ulong row) {
  uint next[DIGITS];
  uint base = 0;
  for (uint d = 0; d < DIGITS; ++d) {
    next[d] = base + counts[d * tiles + tile];
    base += counts[DIGITS * tiles + d];
  }
  for (ulong i = begin; i < end; ++i) {
    const K key = keys_in[i];
    const uint place = !places ? 0 : places == OWN_POSITIONS ? (uint)i : places_in[i];
    const uint to = next[digit_of(key, place, order, shift, row)]++;
    keys_out[to] = key;
    if (places) places_out[to] = place;
  }
}

__kernel void radix(__global const K* keys_in, __global K* keys_out, __global const uint* places_in,
                    __global uint* places_out, __global uint* counts, const ulong length, const ulong tile,
                    const uint phase, const uint order, const uint shift, const uint places, const ulong row,
                    const ulong n) {
  const ulong t = get_group_id(0);
  if (get_local_id(0) != 0 || t >= n / 256) return;
  const ulong tiles = (length + tile - 1) / tile, begin = t * tile;
  const ulong end = begin + tile < length ? begin + tile : length;
  if (phase == 0) count_tile(keys_in, places_in, counts, begin, end, tiles, t, order, shift, places, row);
  if (phase == 1) sum_counts(counts, tiles, t);
  if (phase == 2)
    move_tile(keys_in, keys_out, places_in, places_out, counts, begin, end, tiles, t, order, shift, places, row);
}
#else
#define FIRST ((uint)get_local_id(0))
#define STEP ((uint)get_local_size(0))
#define MEET() barrier(CLK_LOCAL_MEM_FENCE)

// What a group shares.
typedef struct {
  __local K* keys;            // the part in the order of its digits; then its places
  __local uint* team_counts;  // how many of a digit a team has
  __local uint* same;         // which members of a team hold a digit
  __local uint* base;         // where the next key of a digit goes
  __local uint* count;        // how many of a digit the part has
  __local uint* upto;         // how many of a digit and those below
  __local uint* other;
  __local uchar* digits;
} Shared;

// sums[d] becomes the sum of sums[0 .. d].
void sum_up(__local uint* sums, __local uint* other) {
  for (uint back = 1; back < DIGITS; back *= 2) {
    MEET();
    for (uint d = FIRST; d < DIGITS; d += STEP) other[d] = sums[d] + (d >= back ? sums[d - back] : 0);
    __local uint* swap = sums;
    sums = other;
    other = swap;
  }
  MEET();
}

void count_tile(__local uint* count, __global const K* keys, __global const uint* places_in, __global uint* counts,
                ulong begin, ulong end, ulong tiles, ulong tile, uint order, uint shift, uint places, ulong row) {
  for (uint d = FIRST; d < DIGITS; d += STEP) count[d] = 0;
  MEET();
  for (ulong i = begin + FIRST; i < end; i += STEP) {
    const uint place = !row ? 0 : places == OWN_POSITIONS ? (uint)i : places_in[i];
    atomic_inc(&count[digit_of(keys[i], place, order, shift, row)]);
  }
  MEET();
  for (uint d = FIRST; d < DIGITS; d += STEP) counts[d * tiles + tile] = count[d];
}

// The counts of one digit become the sums before each tile. A work-item has a run of tiles.
void sum_counts(__local uint* sums, __global uint* counts, ulong tiles, ulong d) {
  __global uint* of = counts + d * tiles;
  const ulong run = (tiles + STEP - 1) / STEP, begin = FIRST * run, end = begin + run < tiles ? begin + run : tiles;
  uint sum = 0;
  for (ulong t = begin; t < end; ++t) sum += of[t];
  sums[FIRST] = sum;
  MEET();
  uint before = 0, total = 0;
  for (uint i = 0; i < STEP; ++i) {
    before += i < FIRST ? sums[i] : 0;
    total += sums[i];
  }
  for (ulong t = begin; t < end; ++t) {
    const uint here = of[t];
    of[t] = before;
    before += here;
  }
  if (FIRST == 0) counts[DIGITS * tiles + d] = total;
}

// Where each key of the part from `begin` goes among the keys of the part: a team of 32 has a run of them, of which it
// ranks 32 neighbours at a time by who else in the team holds the digit.
void rank_part(const Shared* s, const uint* digit, uint* to, ulong begin, ulong end) {
  const uint team = FIRST / TEAM, member = FIRST % TEAM, teams = STEP / TEAM;
  __local uint* same = s->same + team * DIGITS;
  __local uint* held = s->team_counts + team * DIGITS;
  for (uint i = FIRST; i < teams * DIGITS; i += STEP) s->same[i] = s->team_counts[i] = 0;
  for (uint k = 0; k < EACH; ++k) {
    const bool here = begin + (team * EACH + k) * TEAM + member < end;
    MEET();
    if (here) atomic_or(&same[digit[k]], 1u << member);
    MEET();
    const uint who = here ? same[digit[k]] : 0, below = popcount(who & ((1u << member) - 1));
    if (here) to[k] = held[digit[k]] + below;
    MEET();
    if (here && below == 0) {
      held[digit[k]] += popcount(who);
      same[digit[k]] = 0;
    }
  }
  MEET();
  for (uint d = FIRST; d < DIGITS; d += STEP) {
    uint sum = 0;
    for (uint i = 0; i < teams; ++i) {
      const uint here = s->team_counts[i * DIGITS + d];
      s->team_counts[i * DIGITS + d] = sum;
      sum += here;
    }
    s->count[d] = s->upto[d] = sum;
  }
  sum_up(s->upto, s->other);
  for (uint k = 0; k < EACH; ++k)
    if (begin + (team * EACH + k) * TEAM + member < end)
      to[k] += held[digit[k]] + s->upto[digit[k]] - s->count[digit[k]];
}

void move_part(const Shared* s, __global const K* keys_in, __global K* keys_out, __global const uint* places_in,
               __global uint* places_out, ulong begin, ulong end, uint order, uint shift, uint places, ulong row) {
  const uint team = FIRST / TEAM, member = FIRST % TEAM, size = (uint)(end - begin);
  K key[EACH];
  uint place[EACH], digit[EACH], to[EACH];
  for (uint k = 0; k < EACH; ++k) {
    const ulong i = begin + (team * EACH + k) * TEAM + member;
    if (i >= end) continue;
    key[k] = keys_in[i];
    place[k] = !places ? 0 : places == OWN_POSITIONS ? (uint)i : places_in[i];
    digit[k] = digit_of(key[k], place[k], order, shift, row);
  }
  rank_part(s, digit, to, begin, end);
  for (uint k = 0; k < EACH; ++k) {
    if (begin + (team * EACH + k) * TEAM + member >= end) continue;
    s->keys[to[k]] = key[k];
    s->digits[to[k]] = (uchar)digit[k];
  }
  MEET();
  for (uint i = FIRST; i < size; i += STEP) {
    const uint d = s->digits[i];
    keys_out[s->base[d] + i - (s->upto[d] - s->count[d])] = s->keys[i];
  }
#if !defined(RADIX_u8)
  if (places) {
    MEET();
    __local uint* moved = (__local uint*)s->keys;
    for (uint k = 0; k < EACH; ++k)
      if (begin + (team * EACH + k) * TEAM + member < end) moved[to[k]] = place[k];
    MEET();
    for (uint i = FIRST; i < size; i += STEP) {
      const uint d = s->digits[i];
      places_out[s->base[d] + i - (s->upto[d] - s->count[d])] = moved[i];
    }
  }
#else
  if (places) {
    for (uint k = 0; k < EACH; ++k)
      if (begin + (team * EACH + k) * TEAM + member < end)
        places_out[s->base[digit[k]] + to[k] - (s->upto[digit[k]] - s->count[digit[k]])] = place[k];
  }
#endif
  MEET();
  for (uint d = FIRST; d < DIGITS; d += STEP) s->base[d] += s->count[d];
  MEET();
}

__kernel void radix(__global const K* keys_in, __global K* keys_out, __global const uint* places_in,
                    __global uint* places_out, __global uint* counts, const ulong length, const ulong tile,
                    const uint phase, const uint order, const uint shift, const uint places, const ulong row,
                    const ulong n) {
  __local K keys[GROUP * EACH];
  __local uint team_counts[(GROUP / TEAM) * DIGITS], same[(GROUP / TEAM) * DIGITS];
  __local uint base[DIGITS], count[DIGITS], upto[DIGITS], other[DIGITS];
  __local uchar digits[GROUP * EACH];
  const Shared s = {keys, team_counts, same, base, count, upto, other, digits};
  const ulong t = get_group_id(0);
  if (t >= n / 256) return;
  const ulong tiles = (length + tile - 1) / tile, begin = t * tile;
  const ulong end = begin + tile < length ? begin + tile : length;
  if (phase == 0) {
    count_tile(s.count, keys_in, places_in, counts, begin, end, tiles, t, order, shift, places, row);
  } else if (phase == 1) {
    sum_counts(s.count, counts, tiles, t);
  } else {
    for (uint d = FIRST; d < DIGITS; d += STEP) s.upto[d] = counts[DIGITS * tiles + d];
    sum_up(s.upto, s.other);
    for (uint d = FIRST; d < DIGITS; d += STEP)
      s.base[d] = s.upto[d] - counts[DIGITS * tiles + d] + counts[d * tiles + t];
    MEET();
    const ulong part = STEP * EACH;
    for (ulong p = begin; p < end; p += part)
      move_part(&s, keys_in, keys_out, places_in, places_out, p, p + part < end ? p + part : end, order, shift, places,
                row);
  }
}
#endif
