// kernels/scatter/scatter.cpu.cpp - elements to their indices. Contract: README.md. Twins: scatter.cl, scatter.cu.
#include "scatter/scatter.hpp"

#include <atomic>

namespace lockstep {

template <class T>
void scatter_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const auto* indices = arguments.array<std::int64_t>(0);
  const T* values = arguments.array<T>(1);
  auto* last = arguments.array<std::uint32_t>(2);
  T* out = arguments.array<T>(3);
  const auto length = arguments.scalar<std::int64_t>(4);
  if (static_cast<ScatterPhase>(arguments.scalar<std::uint32_t>(5)) == ScatterPhase::write) {
    for (std::uint64_t i = begin; i < end; ++i)
      if (last[i]) out[i] = values[last[i] - 1];
    return;
  }
  for (std::uint64_t i = begin; i < end; ++i) {
    const std::int64_t index = indices[i] < 0 ? indices[i] + length : indices[i];
    const std::atomic_ref<std::uint32_t> place(last[index]);
    const auto number = static_cast<std::uint32_t>(i + 1);
    std::uint32_t seen = place.load(std::memory_order_relaxed);
    while (seen < number && !place.compare_exchange_weak(seen, number, std::memory_order_relaxed)) {
    }
  }
}

template void scatter_cpu<std::uint8_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void scatter_cpu<std::uint32_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void scatter_cpu<std::uint64_t>(const CpuArguments&, std::uint64_t, std::uint64_t);

}  // namespace lockstep
