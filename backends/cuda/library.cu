// CUB's radix sorts and scans, where every order of the work has the same bits: keys, and sums, products and extremes
// of integers. Contract: kernels/library/README.md. The tests run the PTX that nvcc makes of it: tests/cuda/driver/cub.cpp.
#include "backends/cuda/library.hpp"

#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <cub/device/device_for.cuh>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>
#include <cub/device/device_select.cuh>
#include <cuda/std/functional>

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>

namespace lockstep::cuda {
namespace {

using std::size_t, std::uint32_t, std::uint64_t;

/// Pieces of scratch memory, one after another; without memory they are only added up.
class Pieces {
 public:
  Pieces(void* memory, size_t& bytes) : memory_(static_cast<std::byte*>(memory)), bytes_(bytes) {}

  template <class T>
  T* take(uint64_t count) {
    const size_t at = used_;
    used_ +=
        (count * sizeof(T) + kAlignment) / kAlignment * kAlignment;  // never nothing: CUB takes null for a question
    return memory_ ? reinterpret_cast<T*>(memory_ + at) : nullptr;
  }
  /// True if there is work to do; else the answer is ready: how many bytes there must be.
  bool are_there(cudaError_t& status) {
    if (memory_ && used_ <= bytes_) return true;
    status = memory_ ? cudaErrorInvalidValue : cudaSuccess;
    bytes_ = used_;
    return false;
  }

 private:
  static constexpr size_t kAlignment = 256;
  std::byte* memory_;
  size_t& bytes_;
  size_t used_ = 0;
};

/// Runs steps one after another, up to the first that fails.
template <class... Steps>
cudaError_t in_turn(const Steps&... steps) {
  cudaError_t status = cudaSuccess;
  static_cast<void>((((status = steps()) == cudaSuccess) && ...));
  return status;
}

template <class T>
T* pointer(uint64_t word) {
  return reinterpret_cast<T*>(word);
}

// Sorts. CUB moves keys as they are. It orders floats by their bits but for zeros, which it takes as equal: with one
// NaN alone, of positive sign, its order is ours. So it is given keys with that NaN for all others, which take its
// place afterwards.

template <class K>
constexpr bool kHasNaN = std::is_floating_point_v<K>;
template <class K>
constexpr int kBits = 8 * sizeof(K);

struct IsNaN {
  template <class K>
  __host__ __device__ bool operator()(K key) const {
    return key != key;
  }
};

/// Keys with one NaN alone; and their places, if there is room for them.
template <class K>
struct Prepare {
  const K* from;
  K* keys;
  uint32_t* places;
  K nan = std::numeric_limits<K>::quiet_NaN();
  __host__ __device__ void operator()(uint32_t i) const {
    if constexpr (kHasNaN<K>) keys[i] = IsNaN()(from[i]) ? nan : from[i];
    if (places) places[i] = i;
  }
};

/// The last keys, which are NaN, become those that there were, in their order.
template <class K>
struct EndWith {
  const K* nans;
  const uint32_t* how_many;
  uint32_t count;
  K* keys;
  __host__ __device__ void operator()(uint32_t i) const {
    if (i < *how_many) keys[count - *how_many + i] = nans[i];
  }
};

/// The key of each place; `kOnlyNaN`: where there is a NaN now.
template <class K, bool kOnlyNaN>
struct Gather {
  const K* from;
  const uint32_t* places;
  K* to;
  __host__ __device__ void operator()(uint32_t i) const {
    if (!kOnlyNaN || IsNaN()(to[i])) to[i] = from[places[i]];
  }
};

struct RowOfPlace {
  const uint32_t* places;
  uint32_t row;
  uint32_t* rows;
  __host__ __device__ void operator()(uint32_t i) const { rows[i] = places[i] / row; }
};

template <class K>
cudaError_t sort_integers(void* scratch, size_t& bytes, const uint64_t* arguments, uint64_t n, cudaStream_t stream) {
  const auto count = static_cast<uint32_t>(n);
  size_t sorting = 0;
  const auto sort = [&](void* memory, const K* from, K* to, int bits) {
    return cub::DeviceRadixSort::SortKeys(memory, sorting, from, to, count, 0, bits, stream);
  };
  cudaError_t status = sort(nullptr, nullptr, nullptr, kBits<K>);
  if (status != cudaSuccess) return status;
  Pieces pieces(scratch, bytes);
  void* memory = pieces.take<std::byte>(sorting);
  if (!pieces.are_there(status)) return status;
  return sort(memory, pointer<const K>(arguments[0]), pointer<K>(arguments[1]), static_cast<int>(arguments[2]));
}

template <class K>
cudaError_t sort_floats(void* scratch, size_t& bytes, const uint64_t* arguments, uint64_t n, cudaStream_t stream) {
  const auto count = static_cast<uint32_t>(n);
  size_t sorting = 0, selecting = 0;
  const auto sort = [&](void* memory, const K* from, K* to) {
    return cub::DeviceRadixSort::SortKeys(memory, sorting, from, to, count, 0, kBits<K>, stream);
  };
  const auto select = [&](void* memory, const K* from, K* to, uint32_t* how_many) {
    return cub::DeviceSelect::If(memory, selecting, from, to, how_many, count, IsNaN(), stream);
  };
  cudaError_t status = in_turn([&] { return sort(nullptr, nullptr, nullptr); },
                               [&] { return select(nullptr, nullptr, nullptr, nullptr); });
  if (status != cudaSuccess) return status;
  Pieces pieces(scratch, bytes);
  void* memory = pieces.take<std::byte>(std::max(sorting, selecting));
  K* keys = pieces.take<K>(n);
  uint32_t* how_many = pieces.take<uint32_t>(1);
  if (!pieces.are_there(status)) return status;

  const K* from = pointer<const K>(arguments[0]);
  K* to = pointer<K>(arguments[1]);
  return in_turn(
      [&] {
        return cub::DeviceFor::Bulk(count, Prepare<K>{from, keys, nullptr}, stream);
      },
      [&] { return sort(memory, keys, to); },
      // Once sorted from there, the keys leave their memory to the NaNs.
      [&] { return select(memory, from, keys, how_many); },
      [&] {
        return cub::DeviceFor::Bulk(count, EndWith<K>{keys, how_many, count, to}, stream);
      });
}

/// Sorts with places; `kRows`: by keys first, then by rows.
template <class K, bool kRows>
cudaError_t sort_places(void* scratch, size_t& bytes, const uint64_t* arguments, uint64_t n, cudaStream_t stream) {
  const auto count = static_cast<uint32_t>(n);
  size_t sorting = 0, by_row = 0;
  const auto sort = [&](void* memory, size_t& size, auto* from, auto* to, const uint32_t* places, uint32_t* to_places,
                        int bits) {
    return cub::DeviceRadixSort::SortPairs(memory, size, from, to, places, to_places, count, 0, bits, stream);
  };
  constexpr const K* kNoKeys = nullptr;
  constexpr const uint32_t* kNoPlaces = nullptr;
  cudaError_t status =
      in_turn([&] { return sort(nullptr, sorting, kNoKeys, const_cast<K*>(kNoKeys), kNoPlaces, nullptr, kBits<K>); },
              [&] {
                if (!kRows) return cudaSuccess;
                return sort(nullptr, by_row, kNoPlaces, const_cast<uint32_t*>(kNoPlaces), kNoPlaces, nullptr, 32);
              });
  if (status != cudaSuccess) return status;
  Pieces pieces(scratch, bytes);
  void* memory = pieces.take<std::byte>(std::max(sorting, by_row));
  K* prepared = kHasNaN<K> ? pieces.take<K>(n) : nullptr;
  uint32_t* first = pieces.take<uint32_t>(n);
  uint32_t* second = kRows ? pieces.take<uint32_t>(n) : nullptr;
  if (!pieces.are_there(status)) return status;

  const K* keys = pointer<const K>(arguments[0]);
  K* to = pointer<K>(arguments[1]);
  const int bits = static_cast<int>(arguments[2]);
  uint32_t* places = pointer<uint32_t>(arguments[3]);
  const auto prepare = [&] { return cub::DeviceFor::Bulk(count, Prepare<K>{keys, prepared, first}, stream); };
  const auto by_key = [&] {
    const K* from = kHasNaN<K> ? prepared : keys;
    return sort(memory, sorting, from, to, first, kRows ? second : places, bits);
  };
  const auto gather = [&] { return cub::DeviceFor::Bulk(count, Gather<K, !kRows>{keys, places, to}, stream); };
  if constexpr (kRows) {
    const auto row = static_cast<uint32_t>(arguments[4]);
    const int row_bits = std::bit_width((count - 1) / row);
    return in_turn(
        prepare, by_key,
        [&] {
          return cub::DeviceFor::Bulk(count, RowOfPlace{second, row, first}, stream);
        },
        // The keys' own place takes the sorted numbers of rows, which nobody wants.
        [&] {
          const uint32_t* rows = first;
          return sort(memory, by_row, rows, reinterpret_cast<uint32_t*>(to), second, places, row_bits);
        },
        gather);
  } else if constexpr (kHasNaN<K>) {
    return in_turn(prepare, by_key, gather);
  } else {
    return in_turn(prepare, by_key);
  }
}

// Scans. What comes before each element is what goes up to it in a row that begins with the value of nothing.

template <class T>
struct Shifted {
  const T* x;
  uint32_t by;
  T empty;
  __host__ __device__ T operator()(uint32_t i) const { return i < by ? empty : x[i - by]; }
};

using Sum = ::cuda::std::plus<>;
using Product = ::cuda::std::multiplies<>;

/// The order of kernels/scan/scan.cu: -0 below +0, NaN below all; or, mirrored, the opposite but for NaN.
class Smallest {
 public:
  explicit Smallest(uint64_t order) : order_(static_cast<uint32_t>(order)) {}
  template <class T>
  __host__ __device__ T operator()(T a, T b) const {
    return key(b) < key(a) ? b : a;
  }

 private:
  template <class T>
  __host__ __device__ T key(T v) const {
    constexpr T sign = static_cast<T>(T{1} << (8 * sizeof(T) - 1));
    constexpr T infinite = static_cast<T>(sizeof(T) == 4 ? 0x7f800000u : 0x7ff0000000000000u);
    T key = v;
    if ((order_ & 3) == 1) key = static_cast<T>(v ^ sign);
    if ((order_ & 3) == 2) {
      if (static_cast<T>(v & ~sign) > infinite) return 0;
      key = static_cast<T>(v & sign ? ~v : v | sign);
    }
    return static_cast<T>(order_ & 4 ? ~key : key);
  }

  uint32_t order_;
};

template <class Op>
Op in_order([[maybe_unused]] uint64_t order) {
  if constexpr (std::is_constructible_v<Op, uint64_t>)
    return Op(order);
  else
    return Op();
}

template <class Op, class T>
cudaError_t scan(void* scratch, size_t& bytes, const uint64_t* arguments, uint64_t n, cudaStream_t stream) {
  const auto count = static_cast<uint32_t>(n);
  Shifted<T> row{nullptr, 0, 0};
  if (arguments) {
    row = {pointer<const T>(arguments[0]), arguments[3] != 0, static_cast<T>(arguments[4])};
  }
  size_t scanning = 0;
  const auto run = [&](void* memory, T* out, Op op) {
    const auto from = thrust::make_transform_iterator(thrust::counting_iterator<uint32_t>(0), row);
    return cub::DeviceScan::InclusiveScan(memory, scanning, from, out, op, count, stream);
  };
  cudaError_t status = run(nullptr, nullptr, in_order<Op>(0));
  if (status != cudaSuccess) return status;
  Pieces pieces(scratch, bytes);
  void* memory = pieces.take<std::byte>(scanning);
  if (!pieces.are_there(status)) return status;
  return run(memory, pointer<T>(arguments[1]), in_order<Op>(arguments[2]));
}

#define LOCKSTEP_SORTS(name, K, keys) \
  {"sort_" name, keys<K>}, {"sort_places_" name, sort_places<K, false>}, { "sort_rows_" name, sort_places<K, true> }

constexpr LibraryOperation kOperations[] = {
    LOCKSTEP_SORTS("i32", std::int32_t, sort_integers),
    LOCKSTEP_SORTS("i64", std::int64_t, sort_integers),
    LOCKSTEP_SORTS("u32", std::uint32_t, sort_integers),
    LOCKSTEP_SORTS("u64", std::uint64_t, sort_integers),
    LOCKSTEP_SORTS("f32", float, sort_floats),
    LOCKSTEP_SORTS("f64", double, sort_floats),
    {"prefix_sum_u64", scan<Sum, std::uint64_t>},
    {"prefix_prod_u64", scan<Product, std::uint64_t>},
    {"prefix_smallest_u8", scan<Smallest, std::uint8_t>},
    {"prefix_smallest_u32", scan<Smallest, std::uint32_t>},
    {"prefix_smallest_u64", scan<Smallest, std::uint64_t>},
};

/// Stands for all kernels here: they were made for the same devices.
__global__ void any_kernel() {}

cudaError_t loads() {
  cudaFuncAttributes attributes;
  return cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(any_kernel));
}

}  // namespace

const LibraryOperations& library_operations() {
  static const LibraryOperations operations{kOperations, loads};
  return operations;
}

}  // namespace lockstep::cuda
