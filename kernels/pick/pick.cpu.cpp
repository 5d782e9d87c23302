// kernels/pick/pick.cpu.cpp - the places of the true elements of a mask. Contract: README.md. Twins: pick.cl, pick.cu.
#include "pick/pick.hpp"

#include <algorithm>

namespace lockstep {
namespace {

constexpr std::uint64_t kThreads = 256;

}  // namespace

void pick_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const auto* mask = arguments.array<std::uint8_t>(0);
  auto* counts = arguments.array<std::int64_t>(1);
  auto* places = arguments.array<std::int64_t>(2);
  const auto length = arguments.scalar<std::uint64_t>(3);
  const auto phase = static_cast<PickPhase>(arguments.scalar<std::uint32_t>(4));
  for (std::uint64_t t = begin / kThreads; t < end / kThreads; ++t) {
    const std::uint64_t first = t * kPickTile, last = std::min(length, first + kPickTile);
    if (phase == PickPhase::count) {
      std::uint32_t count = 0;
      for (std::uint64_t i = first; i < last; ++i) count += mask[i];
      counts[t] = count;
    } else {
      // Writes each place and goes on only past the true ones, so that there is no branch to predict.
      std::int64_t to = counts[t];
      const std::int64_t stop = counts[t + 1];
      for (std::uint64_t i = first; to < stop; ++i) {
        places[to] = static_cast<std::int64_t>(i);
        to += mask[i];
      }
    }
  }
}

}  // namespace lockstep
