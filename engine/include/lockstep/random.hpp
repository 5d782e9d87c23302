#pragma once

#include <array>
#include <cstdint>

namespace lockstep {

// Counter-based random numbers: a value is a function of where it is used, not of what was drawn before. So the numbers
// are the same for any device, thread count and order of work.
// Source: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011), Philox4x32-10.

/// 128 random bits for one counter and key: ten rounds of Philox.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

/// Uniform in (0, 1), never an end: the top 23 bits of `bits`, in the middle of their interval.
constexpr float uniform_f32(std::uint32_t bits) { return (static_cast<float>(bits >> 9) + 0.5f) * 0x1p-23f; }

/// Uniform in (0, 1), never an end: the top 52 bits of `high` and `low`, in the middle of their interval.
constexpr double uniform_f64(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = std::uint64_t{high} << 32 | low;
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

/// The random numbers of one purpose in one run. Streams of one seed are independent of each other.
class RandomStream {
 public:
  constexpr RandomStream(std::uint32_t seed, std::uint32_t stream) : key_{seed, stream} {}

  /// 128 bits for the particle or element `id` at `step` (below 2^48); `draw` (below 2^16) numbers further blocks.
  /// The counter is: id, low word first; the low word of step; draw plus 2^16 times the rest of step.
  constexpr std::array<std::uint32_t, 4> block(std::uint64_t id, std::uint64_t step, std::uint32_t draw) const {
    return philox({static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(id >> 32),
                   static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32 << 16) + draw},
                  key_);
  }
  /// Two uniform numbers in (0, 1) from a block.
  constexpr std::array<double, 2> uniform_f64(std::uint64_t id, std::uint64_t step, std::uint32_t draw) const {
    const auto b = block(id, step, draw);
    return {lockstep::uniform_f64(b[0], b[1]), lockstep::uniform_f64(b[2], b[3])};
  }

 private:
  std::array<std::uint32_t, 2> key_;
};

}  // namespace lockstep
