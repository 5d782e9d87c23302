#pragma once

// Vectors of the compiler, as wide as the instruction set that a source is compiled for. Everything here has internal
// linkage: the sources that include it are compiled for several.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cstdint>
#include <type_traits>

namespace lockstep::bench {
namespace {

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
inline constexpr int kVectorBytes = 32;
#else
inline constexpr int kVectorBytes = 16;
#endif

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(kVectorBytes)));
};
template <class T>
using Vector = typename VectorOf<T>::type;
/// The bits of a vector of T, an unsigned number in each lane.
template <class T>
using Bits = Vector<std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;

template <class V, class T>
inline V load(const T* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof(V));
  return v;
}

/// Streaming: past the caches; `to` is aligned to the vector.
template <bool kStream, class V, class T>
inline void store(T* to, V v) {
#if defined(__AVX512F__)
  if constexpr (kStream) return _mm512_stream_si512(reinterpret_cast<__m512i*>(to), reinterpret_cast<__m512i&>(v));
#elif defined(__AVX2__)
  if constexpr (kStream) return _mm256_stream_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i&>(v));
#elif defined(__x86_64__)
  if constexpr (kStream) return _mm_stream_si128(reinterpret_cast<__m128i*>(to), reinterpret_cast<__m128i&>(v));
#endif
  __builtin_memcpy(to, &v, sizeof(V));
}

inline void fence() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

#if defined(__AVX512F__)
// Masked with all lanes: gcc 12 warns of an undefined operand inside the plain form.
inline Vector<float> root(Vector<float> x) {
  return reinterpret_cast<Vector<float>>(_mm512_maskz_sqrt_ps(__mmask16(-1), x));
}
inline Vector<double> root(Vector<double> x) {
  return reinterpret_cast<Vector<double>>(_mm512_maskz_sqrt_pd(__mmask8(-1), x));
}
#elif defined(__AVX2__)
inline Vector<float> root(Vector<float> x) { return reinterpret_cast<Vector<float>>(_mm256_sqrt_ps(x)); }
inline Vector<double> root(Vector<double> x) { return reinterpret_cast<Vector<double>>(_mm256_sqrt_pd(x)); }
#elif defined(__x86_64__)
inline Vector<float> root(Vector<float> x) { return reinterpret_cast<Vector<float>>(_mm_sqrt_ps(x)); }
inline Vector<double> root(Vector<double> x) { return reinterpret_cast<Vector<double>>(_mm_sqrt_pd(x)); }
#else
template <class V>
inline V root(V x) {
  for (unsigned i = 0; i < sizeof(V) / sizeof(x[0]); ++i)
    x[i] = sizeof(x[0]) == 4 ? __builtin_sqrtf(x[i]) : __builtin_sqrt(x[i]);
  return x;
}
#endif

/// `yes` where a lane of `which` is all ones, `no` where it is zero.
template <class V, class M>
inline V choose(M which, V yes, V no) {
  return reinterpret_cast<V>((reinterpret_cast<M>(yes) & which) | (reinterpret_cast<M>(no) & ~which));
}

/// All ones in the lanes where x or y is NaN.
template <class V>
inline auto unordered(V x, V y) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  using M = decltype(x != y);
  if constexpr (sizeof(x[0]) == 4)
    return reinterpret_cast<M>(_mm256_cmp_ps(reinterpret_cast<__m256>(x), reinterpret_cast<__m256>(y), _CMP_UNORD_Q));
  else
    return reinterpret_cast<M>(_mm256_cmp_pd(reinterpret_cast<__m256d>(x), reinterpret_cast<__m256d>(y), _CMP_UNORD_Q));
#else
  return (x != x) | (y != y);
#endif
}

/// Whether a lane of a comparison's result is set.
template <class M>
inline bool any(M which) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  return _mm256_movemask_epi8(reinterpret_cast<__m256i>(which)) != 0;
#else
  bool set = false;
  for (unsigned lane = 0; lane < sizeof(which) / sizeof(which[0]); ++lane) set |= which[lane] != 0;
  return set;
#endif
}

/// x*y + z, with one rounding where the instruction set has it.
template <class V>
inline V multiply_add(V x, V y, V z) {
#if defined(__AVX512F__)
  if constexpr (sizeof(x[0]) == 4)
    return reinterpret_cast<V>(
        _mm512_fmadd_ps(reinterpret_cast<__m512>(x), reinterpret_cast<__m512>(y), reinterpret_cast<__m512>(z)));
  else
    return reinterpret_cast<V>(
        _mm512_fmadd_pd(reinterpret_cast<__m512d>(x), reinterpret_cast<__m512d>(y), reinterpret_cast<__m512d>(z)));
#elif defined(__FMA__)
  if constexpr (sizeof(x[0]) == 4)
    return reinterpret_cast<V>(
        _mm256_fmadd_ps(reinterpret_cast<__m256>(x), reinterpret_cast<__m256>(y), reinterpret_cast<__m256>(z)));
  else
    return reinterpret_cast<V>(
        _mm256_fmadd_pd(reinterpret_cast<__m256d>(x), reinterpret_cast<__m256d>(y), reinterpret_cast<__m256d>(z)));
#else
  return x * y + z;
#endif
}

}  // namespace
}  // namespace lockstep::bench
