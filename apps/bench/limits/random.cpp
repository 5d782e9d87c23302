// Random numbers by the place of the element. Compiled once for each instruction set.
#include "../host_loop.hpp"
#include "philox.hpp"

namespace lockstep::bench::limits {
namespace LOCKSTEP_ISA {
namespace {

constexpr std::uint64_t kSeed = 7;  // of the row
constexpr std::uint64_t kLanes = sizeof(Words) / sizeof(std::uint64_t);

inline Words places(std::uint64_t first, std::uint64_t step) {
  Words all;
  for (std::uint64_t l = 0; l < kLanes; ++l) all[l] = first + l * step;
  return all;
}

/// The top 23 bits of the first word; elements of even places from one vector of blocks, of odd ones from another.
struct Uniform32 {
  using Element = float;
  static constexpr int kVectors = 1;
  static void at(const Philox& philox, std::uint64_t i, Vector<float> (&out)[kVectors]) {
    const Words index[] = {places(0, 2) + i, places(1, 2) + i};
    Philox::Pair word[2];
    philox.words(index, word);
    const Words both = (word[0].first & 0xffffffffu) | word[1].first << 32;
    const auto bits = (reinterpret_cast<Bits<float>>(both) >> 9) | 0x3f800000u;
    out[0] = reinterpret_cast<Vector<float>>(bits) - 0x1.fffffep-1f;
  }
};
/// The top 52 bits of the first two.
struct Uniform64 {
  using Element = double;
  static constexpr int kVectors = 3;
  static void at(const Philox& philox, std::uint64_t i, Vector<double> (&out)[kVectors]) {
    Words index[kVectors];
    for (std::uint64_t k = 0; k < kVectors; ++k) index[k] = places(k * kLanes, 1) + i;
    Philox::Pair word[kVectors];
    philox.words(index, word);
    for (int k = 0; k < kVectors; ++k) {
      const Words bits = (word[k].first << 32 | (word[k].second & 0xffffffffu)) >> 12;
      out[k] = reinterpret_cast<Vector<double>>(bits | 0x3ff0000000000000u) - 0x1.fffffffffffffp-1;
    }
  }
};

/// `Uniform::kVectors` vectors of elements in turn.
template <class Uniform, bool kStream>
void fill(const HostWork& work) {
  using T = typename Uniform::Element;
  constexpr std::uint64_t kWidth = sizeof(Words) / sizeof(T), kStep = Uniform::kVectors * kWidth;
  T* out = static_cast<T*>(work.out);
  std::uint64_t i = work.begin;
  Vector<T> numbers[Uniform::kVectors];
  while (i < work.end) {
    // Within 2^32 elements the high half of the counter is the same.
    const std::uint64_t next = (i | 0xffffffffu) + 1, end = next < work.end ? next : work.end;
    const Philox philox(kSeed, i >> 32);
    for (; i + kStep <= end; i += kStep) {
      Uniform::at(philox, i, numbers);
      for (int k = 0; k < Uniform::kVectors; ++k) store<kStream>(out + i + k * kWidth, numbers[k]);
    }
    if (i < end) {
      Uniform::at(philox, i, numbers);
      __builtin_memcpy(out + i, numbers, (end - i) * sizeof(T));
    }
    i = end;
  }
  if (kStream) fence();
}

/// Uniform in (0, 1) in the even lanes, of the top 23 bits of a word: exactly (bits + 0.5) * 2^-23. Odd ones hold -1 or
/// so.
inline Vector<float> uniform(Words word) {
  const Words bits = ((word & 0xffffffffu) >> 9) | 0x3f800000u;
  return reinterpret_cast<Vector<float>>(bits) - 0x1.fffffep-1f;
}

/// Four times the share of the work's points that lie in the quarter circle.
double pi(const HostWork& work) {
  constexpr std::uint64_t kRow = 2 * kLanes;
  using Counts = decltype(Vector<float>{} < Vector<float>{});
  std::uint64_t inside = 0, i = work.begin;
  const Philox draws[2] = {{1, 0, 0}, {1, 0, 1}};  // rows have fewer than 2^32 points
  const auto count_at = [&draws](Words at) {
    const Words index[] = {at};
    Philox::Pair word[2][1];
    for (int draw = 0; draw < 2; ++draw) draws[draw].words(index, word[draw]);
    const Vector<float> x = uniform(word[0][0].first), y = uniform(word[1][0].first);
    return x * x + y * y < 1.0f;  // a lane is -1 where it holds, never so in odd lanes
  };
  while (i + kRow <= work.end) {
    constexpr std::uint64_t kBlock = std::uint64_t{1} << 20;  // that a lane can count
    const std::uint64_t end = work.end - i < kBlock ? work.end : i + kBlock;
    Counts count[2] = {};
    for (; i + kRow <= end; i += kRow)
      for (std::uint64_t k = 0; k < 2; ++k) count[k] -= count_at(places(k * kLanes, 1) + i);
    for (std::uint64_t l = 0; l < 2 * kLanes; ++l) inside += static_cast<std::uint64_t>(count[0][l] + count[1][l]);
  }
  for (; i < work.end; ++i) inside += static_cast<std::uint64_t>(-count_at(Words{} + i)[0]);
  return 4 * static_cast<double>(inside) / static_cast<double>(work.n);
}

template <class Uniform>
constexpr HostLoop row(DType type) {
  return {"random_uniform", type, 0, 1, fill<Uniform, false>, fill<Uniform, true>, nullptr, Combine::sum};
}
constexpr HostLoop kRandom[] = {row<Uniform32>(DType::f32), row<Uniform64>(DType::f64),
                                HostLoop{"pi", DType::f64, 0, 0, nullptr, nullptr, pi, Combine::sum}};

}  // namespace

HostLoops random() { return {kRandom, sizeof(kRandom) / sizeof(kRandom[0])}; }

}  // namespace LOCKSTEP_ISA
}  // namespace lockstep::bench::limits
