// kernels/segments/segments.cpu.cpp - the unit tree of each segment. Contract: README.md. Twins: segments.cl,
// segments.cu. One thread has a tile.
#include "segments/segments.hpp"

#include <algorithm>
#include <type_traits>

#include "unit_tree.cpu.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kThreads = 256;

template <ScanOp kOp, class T>
T combine(T a, T b) {
  if constexpr (kOp == ScanOp::sum) return a + b;
  if constexpr (kOp == ScanOp::prod) return a * b;
  return std::min(a, b);
}

/// Unsigned keys in the order of the values: -0 below +0, NaN below all; mirrored, in the opposite order. Plain values
/// for sums and products.
template <ScanOp kOp, class T>
struct Keys {
  std::uint32_t order;

  static constexpr int kSignBit = 8 * sizeof(T) - 1;

  T read(T v) const {
    if constexpr (kOp == ScanOp::smallest) {
      constexpr T kSign = static_cast<T>(T{1} << kSignBit);
      constexpr T kInfinity = static_cast<T>(sizeof(T) == 8 ? 0x7ff0000000000000 : 0x7f800000);
      T key = v;
      if (kind() == BitOrder::as_signed) key = v ^ kSign;
      if (kind() == BitOrder::as_float) {
        if ((v & static_cast<T>(~kSign)) > kInfinity) return 0;
        key = static_cast<T>(v & kSign ? ~v : v | kSign);
      }
      return static_cast<T>(order & kScanMirrored ? ~key : key);
    }
    return v;
  }
  T write(T key) const {
    if constexpr (kOp == ScanOp::smallest) {
      constexpr T kSign = static_cast<T>(T{1} << kSignBit);
      const T v = static_cast<T>(order & kScanMirrored ? ~key : key);
      if (kind() == BitOrder::as_signed) return v ^ kSign;
      if (kind() == BitOrder::as_float) return static_cast<T>(v & kSign ? v ^ kSign : ~v);
      return v;
    }
    return key;
  }
  BitOrder kind() const { return static_cast<BitOrder>(order & ~kScanMirrored); }
};

template <ScanOp kOp, class T>
void segments(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  const T* x = arguments.array<T>(0);
  const auto* offsets = arguments.array<std::int64_t>(1);
  const auto* units = arguments.array<std::int64_t>(2);
  T* nodes = arguments.array<T>(3);
  T* out = arguments.array<T>(4);
  const auto count = arguments.scalar<std::uint64_t>(5);
  const auto phase = static_cast<SegmentPhase>(arguments.scalar<std::uint32_t>(6));
  const Keys<kOp, T> keys{arguments.scalar<std::uint32_t>(7)};
  const T empty = static_cast<T>(arguments.scalar<std::int64_t>(8));
  const std::uint64_t first = begin / kThreads, last = end / kThreads;
  if (phase == SegmentPhase::sums) {
    // There are as many tiles as there could be units. The segments of neighbours are neighbours.
    const auto all = static_cast<std::uint64_t>(units[count]);
    auto s =
        static_cast<std::uint64_t>(std::upper_bound(units, units + count, static_cast<std::int64_t>(first)) - units) -
        1;
    for (std::uint64_t k = first; k < std::min(last, all); ++k) {
      while (static_cast<std::uint64_t>(units[s + 1]) <= k) ++s;
      const auto from = offsets[s] + (static_cast<std::int64_t>(k) - units[s]) * static_cast<std::int64_t>(kScanUnit);
      nodes[k] = unit_node(
          x + from, std::min(kTreeUnit, static_cast<std::uint64_t>(offsets[s + 1] - from)),
          [&](T v) { return keys.read(v); }, combine<kOp, T>);
    }
    return;
  }
  for (std::uint64_t s = first; s < last; ++s) {
    const auto has = static_cast<std::uint64_t>(units[s + 1] - units[s]);
    T* node = nodes + units[s];
    for (std::uint64_t step = 1; step < has; step *= 2)
      for (std::uint64_t i = 0; i + step < has; i += 2 * step) node[i] = combine<kOp>(node[i], node[i + step]);
    out[s] = has ? keys.write(node[0]) : empty;
  }
}

template <ScanOp kOp>
CpuFunction for_type(DType type) {
  if constexpr (kOp == ScanOp::smallest)
    return type == DType::u8    ? segments<kOp, std::uint8_t>
           : type == DType::u32 ? segments<kOp, std::uint32_t>
                                : segments<kOp, std::uint64_t>;
  else
    return type == DType::f32   ? segments<kOp, float>
           : type == DType::f64 ? segments<kOp, double>
                                : segments<kOp, std::uint64_t>;
}

}  // namespace

CpuFunction segments_cpu(ScanOp op, DType type) {
  return op == ScanOp::sum    ? for_type<ScanOp::sum>(type)
         : op == ScanOp::prod ? for_type<ScanOp::prod>(type)
                              : for_type<ScanOp::smallest>(type);
}

}  // namespace lockstep
