#include <doctest/doctest.h>

#include <array>
#include <set>

#include "lockstep/random.hpp"

using namespace lockstep;

using Block = std::array<std::uint32_t, 4>;

// From the known-answer tests of Random123, philox4x32 with 10 rounds.
static_assert(philox({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});

TEST_CASE("Philox gives the known answers") {
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("uniform numbers are never 0 or 1, and symmetric about a half") {
  CHECK(uniform_f32(0) == 0x1p-24f);
  CHECK(uniform_f32(0xffffffff) == 1 - 0x1p-24f);
  CHECK(uniform_f64(0, 0) == 0x1p-53);
  CHECK(uniform_f64(0xffffffff, 0xffffffff) == 1 - 0x1p-53);
  CHECK(uniform_f64(0x80000000, 0) == 0.5 + 0x1p-53);
}

TEST_CASE("every id, step, draw, seed and stream has its own block") {
  std::set<Block> blocks;
  std::size_t made = 0;
  for (const std::uint64_t id : {0ull, 1ull, 1ull << 32, 1ull << 33})
    for (const std::uint64_t step : {0ull, 1ull, 1ull << 32, (1ull << 48) - 1})
      for (const std::uint32_t draw : {0u, 1u, 65535u})
        for (const std::uint32_t seed : {0u, 1u})
          for (const std::uint32_t stream : {0u, 1u})
            blocks.insert(RandomStream(seed, stream).block(id, step, draw)), ++made;
  CHECK(blocks.size() == made);
}

TEST_CASE("a block's counter and key are laid out as documented") {
  CHECK(RandomStream(7, 9).block(0x100000002, 0x300000004, 5) == philox({2, 1, 4, 0x30005}, {7, 9}));
}
