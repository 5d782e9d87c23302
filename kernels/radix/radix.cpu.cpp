// kernels/radix/radix.cpu.cpp - one pass of a stable radix sort. Contract: README.md. Twins: radix.cl, radix.cu.
// One thread has a tile.
#include "radix/radix.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace lockstep {
namespace {

constexpr std::uint64_t kThreads = 256;

/// The key in the order of the values: -0 as +0, NaN above all.
template <BitOrder kOrder, class K>
K ordered(K v) {
  constexpr K kSign = static_cast<K>(K{1} << (8 * sizeof(K) - 1));
  constexpr K kInfinity = static_cast<K>(sizeof(K) == 8 ? 0x7ff0000000000000 : 0x7f800000);
  if constexpr (kOrder == BitOrder::as_signed) return v ^ kSign;
  if constexpr (kOrder == BitOrder::as_float) {
    // Without a branch on the sign, which nothing can predict. -0 is just below +0 until 1 is added.
    const K magnitude = v & static_cast<K>(~kSign), minus = static_cast<K>(K{0} - (v >> (8 * sizeof(K) - 1)));
    const K key = static_cast<K>((v ^ (minus | kSign)) + (v == kSign));
    return magnitude > kInfinity ? static_cast<K>(-1) : key;
  }
  return v;
}

template <class K>
struct Pass {
  const K* keys_in;
  K* keys_out;
  const std::uint32_t* places_in;
  std::uint32_t* places_out;
  std::uint32_t* counts;
  std::uint64_t length, tile;
  RadixPhase phase;
  BitOrder order;
  std::uint32_t shift;
  RadixPlaces places;
  std::uint64_t row;

  explicit Pass(const CpuArguments& a)
      : keys_in(a.array<K>(0)),
        keys_out(a.array<K>(1)),
        places_in(a.array<std::uint32_t>(2)),
        places_out(a.array<std::uint32_t>(3)),
        counts(a.array<std::uint32_t>(4)),
        length(a.scalar<std::uint64_t>(5)),
        tile(a.scalar<std::uint64_t>(6)),
        phase(static_cast<RadixPhase>(a.scalar<std::uint32_t>(7))),
        order(static_cast<BitOrder>(a.scalar<std::uint32_t>(8))),
        shift(a.scalar<std::uint32_t>(9)),
        places(static_cast<RadixPlaces>(a.scalar<std::uint32_t>(10))),
        row(a.scalar<std::uint64_t>(11)) {}

  std::uint64_t tiles() const { return (length + tile - 1) / tile; }
  std::uint32_t place(std::uint64_t i) const {
    return places == RadixPlaces::positions ? static_cast<std::uint32_t>(i) : places_in[i];
  }
  /// The digit of element i by the number of its row.
  std::uint32_t row_digit(std::uint64_t i) const { return (place(i) / row >> shift) & 255; }
  template <BitOrder kOrder>
  std::uint32_t key_digit(std::uint64_t i) const {
    return static_cast<std::uint32_t>(ordered<kOrder>(keys_in[i]) >> shift) & 255;
  }

  void run(std::uint64_t t) const {
    if (phase == RadixPhase::offsets) return sum_counts(t);
    if (row) return work(t, [this](std::uint64_t i) { return row_digit(i); });
    if (order == BitOrder::as_signed)
      return work(t, [this](std::uint64_t i) { return key_digit<BitOrder::as_signed>(i); });
    if (order == BitOrder::as_float)
      return work(t, [this](std::uint64_t i) { return key_digit<BitOrder::as_float>(i); });
    work(t, [this](std::uint64_t i) { return key_digit<BitOrder::as_unsigned>(i); });
  }

  template <class Digit>
  void work(std::uint64_t t, const Digit& digit) const {
    const std::uint64_t begin = t * tile, end = std::min(length, begin + tile);
    if (phase == RadixPhase::count) return count(t, begin, end, digit);
    if (places == RadixPlaces::none) return move<RadixPlaces::none>(t, begin, end, digit);
    if (places == RadixPlaces::read) return move<RadixPlaces::read>(t, begin, end, digit);
    move<RadixPlaces::positions>(t, begin, end, digit);
  }

  template <class Digit>
  void count(std::uint64_t t, std::uint64_t begin, std::uint64_t end, const Digit& digit) const {
    // Two rows of counters: the same digit twice in a row would wait for its own store.
    std::array<std::uint32_t, 2 * kRadixDigits> of{};
    std::uint64_t i = begin;
    for (; i + 1 < end; i += 2) {
      ++of[digit(i)];
      ++of[kRadixDigits + digit(i + 1)];
    }
    if (i < end) ++of[digit(i)];
    for (std::uint64_t d = 0; d < kRadixDigits; ++d) counts[d * tiles() + t] = of[d] + of[kRadixDigits + d];
  }

  void sum_counts(std::uint64_t d) const {
    std::uint32_t sum = 0;
    for (std::uint64_t t = 0; t < tiles(); ++t) {
      const std::uint32_t here = counts[d * tiles() + t];
      counts[d * tiles() + t] = sum;
      sum += here;
    }
    counts[kRadixDigits * tiles() + d] = sum;
  }

  template <RadixPlaces kPlaces, class Digit>
  void move(std::uint64_t t, std::uint64_t begin, std::uint64_t end, const Digit& digit) const {
    std::array<std::uint32_t, kRadixDigits> next;
    std::uint32_t base = 0;
    for (std::uint64_t d = 0; d < kRadixDigits; ++d) {
      next[d] = base + counts[d * tiles() + t];
      base += counts[kRadixDigits * tiles() + d];
    }
    for (std::uint64_t i = begin; i < end; ++i) {
      const std::uint32_t to = next[digit(i)]++;
      keys_out[to] = keys_in[i];
      if constexpr (kPlaces == RadixPlaces::read) places_out[to] = places_in[i];
      if constexpr (kPlaces == RadixPlaces::positions) places_out[to] = static_cast<std::uint32_t>(i);
    }
  }
};

}  // namespace

template <class K>
void radix_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const Pass<K> pass(arguments);
  for (std::uint64_t t = begin / kThreads; t < end / kThreads; ++t) pass.run(t);
}

template void radix_cpu<std::uint8_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void radix_cpu<std::uint32_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void radix_cpu<std::uint64_t>(const CpuArguments&, std::uint64_t, std::uint64_t);

}  // namespace lockstep
