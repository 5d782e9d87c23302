// kernels/ordered_scatter/ordered_scatter.cpu.cpp - values to their indices, in order. Contract: README.md. No twins.
#include "ordered_scatter/ordered_scatter.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "unit_tree.cpu.hpp"

namespace lockstep {
namespace {

template <class T>
struct Part {
  const std::int64_t* indices;
  const T* values;
  T* out;
  std::uint32_t* ends;
  T* grouped;
  std::uint64_t count, length, first, size;  ///< the part is out[first] .. out[first + size - 1]

  Part(const CpuArguments& a, std::uint64_t part)
      : indices(a.array<std::int64_t>(0)),
        values(a.array<T>(1)),
        out(a.array<T>(2)),
        ends(a.array<std::uint32_t>(3)),
        grouped(a.array<T>(4)),
        count(a.scalar<std::uint64_t>(5)),
        length(static_cast<std::uint64_t>(a.scalar<std::int64_t>(6))) {
    const auto parts = a.scalar<std::uint64_t>(7);
    const std::uint64_t step = (length + parts - 1) / parts;
    first = std::min(length, part * step);
    size = std::min(length, first + step) - first;
    ends += first + part;  // one more for each part before: where it counts what is not its own
  }

  /// The place of value i in the part; `size` or more if it is in another one.
  std::uint64_t place(std::uint64_t i) const {
    const auto index = static_cast<std::uint64_t>(indices[i]);
    return index + (indices[i] < 0 ? length : 0) - first;
  }

  /// `to(i, element)` for each value; of other parts' values, with an element that nobody reads. Whose a value is
  /// nothing can predict, so there is no branch on it.
  template <class To>
  void each(const To& to) const {
    T nobody{};
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t k = place(i);
      to(i, k < size ? out[first + k] : nobody);
    }
  }

  void sum() const {
    std::fill_n(ends, size + 1, 0);
    std::uint64_t before = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t k = place(i);
      ++ends[std::min(k, size)];
      before += static_cast<std::int64_t>(k) < 0;
    }
    T* own = grouped + before;
    std::uint32_t total = 0;
    for (std::uint64_t k = 0; k <= size; ++k) total += std::exchange(ends[k], total);
    T nobody{};
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t k = place(i);
      const std::uint32_t at = ends[std::min(k, size)]++;
      (k < size ? own[at] : nobody) = values[i];
    }
    for (std::uint64_t k = 0, begin = 0; k < size; begin = ends[k++])
      if (ends[k] > begin) out[first + k] += tree_sum(own + begin, ends[k] - begin);
  }

  void run(ScatterAction action) const {
    if constexpr (std::is_floating_point_v<T>) {
      sum();
    } else if (action == ScatterAction::put) {
      each([this](std::uint64_t i, T& to) { to = values[i]; });
    } else {
      each([this](std::uint64_t i, T& to) { to = static_cast<T>(to + values[i]); });
    }
  }
};

}  // namespace

template <class T>
void ordered_scatter_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const auto action = static_cast<ScatterAction>(arguments.scalar<std::uint32_t>(8));
  for (std::uint64_t part = begin / kOrderedScatterPart; part * kOrderedScatterPart < end; ++part)
    Part<T>(arguments, part).run(action);
}

template void ordered_scatter_cpu<std::uint8_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void ordered_scatter_cpu<std::uint32_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void ordered_scatter_cpu<std::uint64_t>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void ordered_scatter_cpu<float>(const CpuArguments&, std::uint64_t, std::uint64_t);
template void ordered_scatter_cpu<double>(const CpuArguments&, std::uint64_t, std::uint64_t);

}  // namespace lockstep
