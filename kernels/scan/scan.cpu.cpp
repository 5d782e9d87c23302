// kernels/scan/scan.cpu.cpp - prefixes of rows on the unit tree. Contract: README.md. Twins: scan.cl, scan.cu.
// One thread has a tile; the vectors run along the elements of a unit.
#include "scan/scan.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "scan/scan.cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lockstep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::uint64_t kUnit = 1024;
constexpr std::uint64_t kRow = 128;
constexpr std::uint64_t kPad = 128;
constexpr std::uint64_t kFan = 512;

/// The operation on vectors and on single elements, and its neutral element.
template <ScanOp kOp, class T>
struct Combine {
  static constexpr T identity() {
    if constexpr (kOp == ScanOp::sum) return std::is_floating_point_v<T> ? T(-0.0) : T(0);
    if constexpr (kOp == ScanOp::prod) return T(1);
    return std::numeric_limits<T>::max();
  }
  static T one(T a, T b) {
    if constexpr (kOp == ScanOp::sum) return a + b;
    if constexpr (kOp == ScanOp::prod) return a * b;
    return std::min(a, b);
  }
  template <class V>
  static HWY_INLINE V all(V a, V b) {
    if constexpr (kOp == ScanOp::sum) return hn::Add(a, b);
    if constexpr (kOp == ScanOp::prod) return hn::Mul(a, b);
    if constexpr (kOp == ScanOp::smallest) return hn::Min(a, b);
  }
};

/// Unsigned keys in the order of the values: -0 below +0, NaN below all; mirrored, in the opposite order. Plain values
/// for sums and products.
template <ScanOp kOp, class T>
struct Keys {
  static constexpr bool kIsKey = kOp == ScanOp::smallest;
  static constexpr T kSign = kIsKey ? static_cast<T>(std::uint64_t{1} << (8 * sizeof(T) - 1)) : T(0);
  static constexpr T kInfinity = static_cast<T>(sizeof(T) == 8 ? 0x7ff0000000000000 : 0x7f800000);

  explicit Keys(std::uint32_t code)
      : order(static_cast<BitOrder>(code & ~kScanMirrored)), mirror(code & kScanMirrored ? static_cast<T>(-1) : T(0)) {}
  BitOrder order;
  T mirror;  // all bits, or none

  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V read(D d, V v) const {
    if constexpr (kIsKey) {
      const V sign = hn::Set(d, kSign), flip = hn::Set(d, mirror);
      if (order == BitOrder::as_unsigned) return hn::Xor(v, flip);
      if (order == BitOrder::as_signed || sizeof(T) == 1) return hn::Xor(v, hn::Xor(sign, flip));
      const auto nan = hn::Gt(hn::AndNot(sign, v), hn::Set(d, kInfinity));
      const auto minus = hn::Ne(hn::And(v, sign), hn::Zero(d));
      const V key = hn::IfThenElse(minus, hn::Not(v), hn::Or(v, sign));
      return hn::IfThenZeroElse(nan, hn::Xor(key, flip));
    }
    return v;
  }
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V write(D d, V key) const {
    if constexpr (kIsKey) {
      const V sign = hn::Set(d, kSign), v = hn::Xor(key, hn::Set(d, mirror));
      if (order == BitOrder::as_unsigned) return v;
      if (order == BitOrder::as_signed) return hn::Xor(v, sign);
      return hn::IfThenElse(hn::Ne(hn::And(v, sign), hn::Zero(d)), hn::Xor(v, sign), hn::Not(v));
    }
    return key;
  }
  T write(T key) const {
    const hn::CappedTag<T, 1> d;
    return hn::GetLane(write(d, hn::Set(d, key)));
  }
};

std::uint64_t level_begin(std::uint64_t full, std::uint64_t level) {
  std::uint64_t begin = 0;
  for (std::uint64_t b = 0; b < level; ++b) begin += full >> b;
  return begin;
}

template <ScanOp kOp, class T>
class Scan {
 public:
  explicit Scan(const CpuArguments& arguments)
      : x_(arguments.array<T>(0)),
        out_(arguments.array<T>(1)),
        nodes_(arguments.array<T>(2)),
        length_(arguments.scalar<std::uint64_t>(3)),
        level_(arguments.scalar<std::uint32_t>(5)),
        keys_(arguments.scalar<std::uint32_t>(6)),
        exclusive_(arguments.scalar<std::uint32_t>(7) != 0),
        empty_(static_cast<T>(arguments.scalar<std::int64_t>(8))),
        full_(length_ / kUnit) {}

  void run(ScanPhase phase, std::uint64_t tile) {
    const std::uint64_t groups = ((full_ >> level_) + kFan - 1) / kFan;
    const std::uint64_t units = (length_ + kUnit - 1) / kUnit;
    if (phase == ScanPhase::sums) sum_unit(tile / full_, tile % full_);
    if (phase == ScanPhase::nodes) join_nodes(tile / groups, tile % groups);
    if (phase == ScanPhase::apply) apply_unit(tile / units, tile % units);
  }

 private:
  using C = Combine<kOp, T>;
  using D = hn::CappedTag<T, kRow>;

  T* nodes_of(std::uint64_t row) const { return nodes_ + row * 2 * full_; }

  /// The lanes after each element: rows of 128 added up from the first to the last.
  HWY_INLINE void fill_lanes(const T* x, std::uint64_t count) {
    const D d;
    T* const a = a_ + kPad;
    for (std::uint64_t t = 0; t < count; t += hn::Lanes(d))
      hn::Store(C::all(hn::Load(d, a + t - kRow), keys_.read(d, hn::LoadU(d, x + t))), d, a + t);
  }

  void sum_unit(std::uint64_t row, std::uint64_t u) {
    const D d;
    const std::uint64_t lanes = hn::Lanes(d);
    const T* x = x_ + row * length_ + u * kUnit;
    T* const a = a_;
    for (std::uint64_t l = 0; l < kRow; l += lanes) {
      auto lane = keys_.read(d, hn::LoadU(d, x + l));
      for (std::uint64_t r = kRow; r < kUnit; r += kRow) lane = C::all(lane, keys_.read(d, hn::LoadU(d, x + r + l)));
      hn::Store(lane, d, a + l);
    }
    std::uint64_t reach = kRow / 2;
    for (; reach >= lanes; reach /= 2)
      for (std::uint64_t l = 0; l < reach; l += lanes)
        hn::Store(C::all(hn::Load(d, a + l), hn::Load(d, a + l + reach)), d, a + l);
    for (; reach > 0; reach /= 2)
      for (std::uint64_t l = 0; l < reach; ++l) a[l] = C::one(a[l], a[l + reach]);
    nodes_of(row)[u] = a[0];
  }

  void join_nodes(std::uint64_t row, std::uint64_t group) {
    std::uint64_t first = group * kFan, last = std::min(full_ >> level_, first + kFan);
    for (std::uint64_t level = level_ + 1; level <= level_ + kScanLevels; ++level) {
      const T* from = nodes_of(row) + level_begin(full_, level - 1);
      T* to = nodes_of(row) + level_begin(full_, level);
      first /= 2;
      last = std::min(last / 2, full_ >> level);
      for (std::uint64_t j = first; j < last; ++j) to[j] = C::one(from[2 * j], from[2 * j + 1]);
    }
  }

  /// All prefixes that end in unit `u`. A prefix is a unit tree whose last unit is incomplete: the lanes after element
  /// t are halved by looking back 64, 32, .. 1 elements, and the complete units before join from the right.
  void apply_unit(std::uint64_t row, std::uint64_t u) {
    const D d;
    const std::uint64_t lanes = hn::Lanes(d), first = u * kUnit, count = std::min(kUnit, length_ - first);
    T carry[64];
    std::size_t carries = 0;
    for (std::uint64_t b = 0; u >> b; ++b)
      if (u >> b & 1) carry[carries++] = nodes_of(row)[level_begin(full_, b) + (u >> b) - 1];
    for (std::uint64_t t = 0; t < kPad; t += lanes) {
      hn::Store(hn::Set(d, C::identity()), d, a_ + t);
      hn::Store(hn::Set(d, C::identity()), d, b_ + t);
    }
    const T* x = x_ + row * length_ + first;
    HWY_ALIGN T tail[kUnit];
    if (count < kUnit) {
      std::memcpy(tail, x, count * sizeof(T));
      std::fill(tail + count, tail + std::min(kUnit, count + lanes), T(0));
      x = tail;
    }
    fill_lanes(x, count);
    T *a = a_ + kPad, *b = b_ + kPad;
    for (std::uint64_t back = kRow / 2; back > 0; back /= 2) {
      for (std::uint64_t t = 0; t < count; t += lanes)
        hn::Store(C::all(hn::Load(d, a + t), hn::LoadU(d, a + t - back)), d, b + t);
      std::swap(a, b);
    }
    T* out = out_ + row * length_ + first;
    if (exclusive_) {
      T before = C::identity();
      for (std::size_t i = 0; i < carries; ++i) before = C::one(carry[i], before);
      out[0] = u == 0 ? empty_ : keys_.write(before);
    }
    T* to = exclusive_ || count < kUnit ? tail : out;
    for (std::uint64_t t = 0; t < count; t += lanes) {
      auto v = hn::Load(d, a + t);
      for (std::size_t i = 0; i < carries; ++i) v = C::all(hn::Set(d, carry[i]), v);
      hn::StoreU(keys_.write(d, v), d, to + t);
    }
    if (exclusive_)
      std::memcpy(out + 1, tail, (count - 1) * sizeof(T));
    else if (to == tail)
      std::memcpy(out, tail, count * sizeof(T));
  }

  const T* x_;
  T* out_;
  T* nodes_;
  std::uint64_t length_;
  std::uint64_t level_;
  Keys<kOp, T> keys_;
  bool exclusive_;
  T empty_;
  std::uint64_t full_;
  HWY_ALIGN T a_[kPad + kUnit];
  HWY_ALIGN T b_[kPad + kUnit];
};

template <ScanOp kOp, class T>
void run_tiles(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  Scan<kOp, T> scan(arguments);
  const auto phase = static_cast<ScanPhase>(arguments.scalar<std::uint32_t>(4));
  for (std::uint64_t tile = begin / kScanThreads; tile < end / kScanThreads; ++tile) scan.run(phase, tile);
}

void run(ScanOp op, DType type, const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  visit(type, [&]<Element T>() {
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::uint64_t>) {
      if (op == ScanOp::sum) run_tiles<ScanOp::sum, T>(arguments, begin, end);
      if (op == ScanOp::prod) run_tiles<ScanOp::prod, T>(arguments, begin, end);
    }
    if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
      if (op == ScanOp::smallest) run_tiles<ScanOp::smallest, T>(arguments, begin, end);
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace lockstep
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lockstep {

HWY_EXPORT(run);

namespace {

template <ScanOp kOp, DType kType>
void scan_as(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  HWY_DYNAMIC_DISPATCH(run)(kOp, kType, arguments, begin, end);
}

template <ScanOp kOp>
CpuFunction scan_of(DType type) {
  switch (type) {
    case DType::f32:
      return scan_as<kOp, DType::f32>;
    case DType::f64:
      return scan_as<kOp, DType::f64>;
    case DType::u8:
      return scan_as<kOp, DType::u8>;
    case DType::u32:
      return scan_as<kOp, DType::u32>;
    default:
      return scan_as<kOp, DType::u64>;
  }
}

}  // namespace

CpuFunction scan_cpu(ScanOp op, DType type) {
  switch (op) {
    case ScanOp::sum:
      return scan_of<ScanOp::sum>(type);
    case ScanOp::prod:
      return scan_of<ScanOp::prod>(type);
    default:
      return scan_of<ScanOp::smallest>(type);
  }
}

}  // namespace lockstep
#endif
