#pragma once

// Philox4x32-10 in vectors (J. Salmon et al., SC11): a counter's words lie in the low halves of 64-bit lanes, where the
// product of two is one instruction. What high halves hold does not matter.

#include <cstdint>

#include "../host_loop.hpp"
#include "vector.hpp"

namespace lockstep::bench {
namespace {

using Words = Vector<std::uint64_t>;
using Singles = Vector<float>;

/// The 64-bit products of the low halves.
inline Words multiply_low(Words x, Words y) {
#if defined(__AVX512F__)
  return reinterpret_cast<Words>(
      _mm512_maskz_mul_epu32(__mmask8(-1), reinterpret_cast<__m512i>(x), reinterpret_cast<__m512i>(y)));
#elif defined(__AVX2__)
  return reinterpret_cast<Words>(_mm256_mul_epu32(reinterpret_cast<__m256i>(x), reinterpret_cast<__m256i>(y)));
#elif defined(__x86_64__)
  return reinterpret_cast<Words>(_mm_mul_epu32(reinterpret_cast<__m128i>(x), reinterpret_cast<__m128i>(y)));
#else
  return (x & 0xffffffffu) * (y & 0xffffffffu);
#endif
}

/// The first word for the counters (index, step 0, draw) and the key (1, 0).
inline Words philox_word(Words index, std::uint64_t draw) {
  const Words m0 = Words{} + 0xD2511F53u, m1 = Words{} + 0xCD9E8D57u;
  Words c0 = index, c1 = index >> 32, c2 = Words{}, c3 = Words{} + draw;
  std::uint64_t k0 = 1, k1 = 0;
  for (int round = 0; round < 10; ++round) {
    const Words a = multiply_low(c0, m0), b = multiply_low(c2, m1);
    c0 = (b >> 32) ^ c1 ^ k0;
    c1 = b;
    c2 = (a >> 32) ^ c3 ^ k1;
    c3 = a;
    k0 = (k0 + 0x9E3779B9u) & 0xffffffffu;
    k1 = (k1 + 0xBB67AE85u) & 0xffffffffu;
  }
  return c0;
}

/// Uniform in (0, 1) in the even lanes, of the top 23 bits of a word: exactly (bits + 0.5) * 2^-23. Odd ones hold -1 or
/// so.
inline Singles uniform(Words word) {
  const Words bits = ((word & 0xffffffffu) >> 9) | 0x3f800000u;
  return reinterpret_cast<Singles>(bits) - 0x1.fffffep-1f;
}

/// Four times the share of the work's points that lie in the quarter circle.
double pi(const HostWork& work) {
  constexpr std::uint64_t kLanes = sizeof(Words) / sizeof(std::uint64_t), kRow = 2 * kLanes;
  using Counts = decltype(Singles{} < Singles{});
  std::uint64_t inside = 0, i = work.begin;
  const auto count_at = [](Words index) {
    const Singles x = uniform(philox_word(index, 0)), y = uniform(philox_word(index, 1));
    return x * x + y * y < 1.0f;  // a lane is -1 where it holds, never so in odd lanes
  };
  Words lanes;
  for (std::uint64_t l = 0; l < kLanes; ++l) lanes[l] = l;
  while (i + kRow <= work.end) {
    constexpr std::uint64_t kBlock = std::uint64_t{1} << 20;  // that a lane can count
    const std::uint64_t end = work.end - i < kBlock ? work.end : i + kBlock;
    Counts count[2] = {};
    for (; i + kRow <= end; i += kRow)
      for (std::uint64_t k = 0; k < 2; ++k) count[k] -= count_at(lanes + (i + k * kLanes));
    for (std::uint64_t l = 0; l < 2 * kLanes; ++l) inside += static_cast<std::uint64_t>(count[0][l] + count[1][l]);
  }
  for (; i < work.end; ++i) inside += static_cast<std::uint64_t>(-count_at(Words{} + i)[0]);
  return 4 * static_cast<double>(inside) / static_cast<double>(work.n);
}

}  // namespace
}  // namespace lockstep::bench
