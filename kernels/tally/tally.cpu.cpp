// kernels/tally/tally.cpu.cpp - whole numbers added at their indices. Contract: README.md. Twins: tally.cl, tally.cu.
#include "tally/tally.hpp"

#include <algorithm>
#include <array>
#include <atomic>

namespace lockstep {
namespace {

constexpr std::uint64_t kThreads = 256;
// So many counters a thread has for itself; beyond, indices rarely meet.
constexpr std::uint64_t kOwnCounters = 4096;

void add(std::uint64_t& to, std::uint64_t value) { std::atomic_ref(to).fetch_add(value, std::memory_order_relaxed); }

}  // namespace

void tally_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const auto* indices = arguments.array<std::int64_t>(0);
  const auto* values = arguments.array<std::uint64_t>(1);
  auto* sums = arguments.array<std::uint64_t>(2);
  const auto count = arguments.scalar<std::uint64_t>(3);
  const auto length = arguments.scalar<std::int64_t>(4);
  const bool weighted = arguments.scalar<std::uint32_t>(5) != 0;
  const std::uint64_t first = begin / kThreads * kTallyTile, last = std::min(count, end / kThreads * kTallyTile);
  const auto place = [&](std::uint64_t i) {
    return static_cast<std::uint64_t>(indices[i] < 0 ? indices[i] + length : indices[i]);
  };
  const auto size = static_cast<std::uint64_t>(length);
  if (size > kOwnCounters || size > last - first) {
    for (std::uint64_t i = first; i < last; ++i) add(sums[place(i)], weighted ? values[i] : 1);
    return;
  }
  std::array<std::uint64_t, kOwnCounters> own;
  std::fill_n(own.begin(), size, 0);
  for (std::uint64_t i = first; i < last; ++i) own[place(i)] += weighted ? values[i] : 1;
  for (std::uint64_t j = 0; j < size; ++j)
    if (own[j]) add(sums[j], own[j]);
}

}  // namespace lockstep
