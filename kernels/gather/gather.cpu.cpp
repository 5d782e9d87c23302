// kernels/gather/gather.cpu.cpp - elements by their indices. Contract: README.md. Twins: gather.cl, gather.cu.
#include "gather/gather.hpp"

#include <algorithm>

namespace lockstep {
namespace {

/// Where in the axis an index points to.
std::uint64_t place_of(std::int64_t index, std::int64_t length, GatherMode mode) {
  if (mode == GatherMode::clip) return static_cast<std::uint64_t>(std::clamp<std::int64_t>(index, 0, length - 1));
  if (mode == GatherMode::wrap) index %= length;
  return static_cast<std::uint64_t>(index < 0 ? index + length : index);
}

}  // namespace

template <class T>
void gather_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const T* x = arguments.array<T>(0);
  const auto* indices = arguments.array<std::int64_t>(1);
  T* out = arguments.array<T>(2);
  const auto length = arguments.scalar<std::int64_t>(3);
  const auto count = arguments.scalar<std::uint64_t>(4), inner = arguments.scalar<std::uint64_t>(5);
  const auto mode = static_cast<GatherMode>(arguments.scalar<std::uint32_t>(6));
  if (inner == 1 && end <= count) {
    for (std::uint64_t i = begin; i < end; ++i) out[i] = x[place_of(indices[i], length, mode)];
    return;
  }
  for (std::uint64_t i = begin; i < end;) {
    const std::uint64_t r = i % inner, j = i / inner % count, o = i / inner / count;
    const T* from = x + (o * static_cast<std::uint64_t>(length) + place_of(indices[j], length, mode)) * inner + r;
    const std::uint64_t run = std::min(inner - r, end - i);
    std::copy_n(from, run, out + i);
    i += run;
  }
}

template void gather_cpu<std::uint8_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void gather_cpu<std::uint32_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void gather_cpu<std::uint64_t>(const CpuArguments&, std::uint64_t, std::uint64_t);

}  // namespace lockstep
