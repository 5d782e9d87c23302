#pragma once

// Philox4x32-10 in vectors (J. Salmon et al., SC11): a counter's words lie in the low halves of 64-bit lanes, where the
// product of two is one instruction. What high halves hold does not matter.

#include <cstdint>

#include "vector.hpp"

namespace lockstep::bench {
namespace {

using Words = Vector<std::uint64_t>;

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

/// The first two words for the counters (index, step 0, draw) and the key (seed, 0), where the high half of all indices
/// is the same: then the first round multiplies once, and half of the second is the same for all of them.
class Philox {
 public:
  struct Pair {
    Words first, second;
  };
  Philox(std::uint64_t seed, std::uint64_t high, std::uint64_t draw = 0)
      : k0_(seed), draw_(draw), second_((high ^ seed) * kMultiply0) {}

  /// Of several vectors of counters at once: one alone would wait for its products.
  template <int kCount>
  void words(const Words (&index)[kCount], Pair (&out)[kCount]) const {
    const Words m0 = Words{} + kMultiply0, m1 = Words{} + kMultiply1;
    std::uint64_t k0 = key(k0_, kWeyl0), k1 = kWeyl1;
    Words c0[kCount], c1[kCount], c2[kCount], c3[kCount];
    for (int k = 0; k < kCount; ++k) {
      const Words a = multiply_low(index[k], m0);
      c1[k] = multiply_low((a >> 32) ^ draw_, m1);
      c0[k] = (c1[k] >> 32) ^ k0;
      c2[k] = a ^ ((second_ >> 32) ^ k1);
      c3[k] = Words{} + second_;
    }
    for (int round = 2; round < 10; ++round) {
      k0 = key(k0, kWeyl0);
      k1 = key(k1, kWeyl1);
      for (int k = 0; k < kCount; ++k) {
        const Words a = multiply_low(c0[k], m0), b = multiply_low(c2[k], m1);
        c0[k] = (b >> 32) ^ (c1[k] ^ k0);
        c1[k] = b;
        c2[k] = (a >> 32) ^ (c3[k] ^ k1);
        c3[k] = a;
      }
    }
    for (int k = 0; k < kCount; ++k) out[k] = {c0[k], c1[k]};
  }

 private:
  static constexpr std::uint64_t kMultiply0 = 0xD2511F53u, kMultiply1 = 0xCD9E8D57u;
  static constexpr std::uint64_t kWeyl0 = 0x9E3779B9u, kWeyl1 = 0xBB67AE85u;
  static constexpr std::uint64_t key(std::uint64_t k, std::uint64_t step) { return (k + step) & 0xffffffffu; }

  std::uint64_t k0_, draw_;
  std::uint64_t second_;  ///< the second round's product that does not depend on the index
};

}  // namespace
}  // namespace lockstep::bench
