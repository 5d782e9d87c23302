#pragma once

// In the place of CUB's header: see cuda/fake/cub_model.hpp.
#include <thrust/sort.h>

#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "cuda/fake/cub_model.hpp"

namespace cub {

struct DeviceRadixSort {
  template <class K>
  static cudaError_t SortKeys(void* scratch, std::size_t& bytes, const K* from, K* to, std::uint32_t count, int begin,
                              int end, cudaStream_t stream) {
    return lockstep::test::fake::cub_call("cub::DeviceRadixSort", scratch, bytes, count * sizeof(K) + 1, stream, [=] {
      std::vector<K> keys(from, from + count);
      thrust::stable_sort(thrust::host, keys.begin(), keys.end(), ByDigits<K>{begin, end});
      std::copy(keys.begin(), keys.end(), to);
    });
  }

  template <class K, class V>
  static cudaError_t SortPairs(void* scratch, std::size_t& bytes, const K* from, K* to, const V* values, V* to_values,
                               std::uint32_t count, int begin, int end, cudaStream_t stream) {
    return lockstep::test::fake::cub_call("cub::DeviceRadixSort", scratch, bytes, count * (sizeof(K) + sizeof(V)) + 1, stream, [=] {
      std::vector<K> keys(from, from + count);
      std::vector<V> with(values, values + count);
      thrust::stable_sort_by_key(thrust::host, keys.begin(), keys.end(), with.begin(), ByDigits<K>{begin, end});
      std::copy(keys.begin(), keys.end(), to);
      std::copy(with.begin(), with.end(), to_values);
    });
  }

 private:
  /// CUB's order: the bits begin .. end-1 of keys turned to unsigned ones; floats by their bits, with equal zeros.
  template <class K>
  struct ByDigits {
    int begin, end;

    using Bits = std::conditional_t<sizeof(K) == 8, std::uint64_t, std::uint32_t>;
    static Bits in_order(K key) {
      constexpr Bits sign = Bits{1} << (8 * sizeof(K) - 1);
      if constexpr (std::is_floating_point_v<K>) {
        const Bits bits = std::bit_cast<Bits>(key == 0 ? K(0) : key);
        return bits & sign ? ~bits : bits | sign;
      } else {
        return std::is_signed_v<K> ? static_cast<Bits>(key) ^ sign : static_cast<Bits>(key);
      }
    }
    Bits digits(K key) const {
      const int width = 8 * sizeof(K);
      return in_order(key) << (width - end) >> (width - end + begin);
    }
    bool operator()(K a, K b) const { return digits(a) < digits(b); }
  };
};

}  // namespace cub
