#include "host_run.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "bytes.hpp"
#include "input.hpp"
#include "statistics.hpp"
#include "timing.hpp"

namespace lockstep::bench {
namespace {

constexpr std::uint64_t kGrain = 64;        // parts begin at multiples of this
constexpr std::size_t kPartialStride = 16;  // doubles

struct Free {
  void operator()(std::byte* p) const { std::free(p); }
};
using Block = std::unique_ptr<std::byte[], Free>;

/// Aligned for streaming stores; huge pages for what is large, as the engine's own memory has them.
Block allocate(std::uint64_t bytes) {
  const std::size_t alignment = bytes >= (4u << 20) ? 2u << 20 : 4096;
  const std::size_t size = (bytes + alignment) / alignment * alignment;
  Block block(static_cast<std::byte*>(std::aligned_alloc(alignment, size)));
  if (!block) throw std::bad_alloc();
  if (alignment > 4096) ::madvise(block.get(), size, MADV_HUGEPAGE);
  return block;
}

double identity(Combine combine) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kIdentity[] = {0, kInfinity, -kInfinity, -1, -1};
  return kIdentity[static_cast<int>(combine)];
}

/// The place of the better of two elements, of which `b` comes later. Places below 0 have none.
template <class T>
double better_place(Combine combine, const T* x, double a, double b) {
  if (a < 0 || b < 0) return std::max(a, b);
  const T first = x[static_cast<std::size_t>(a)], later = x[static_cast<std::size_t>(b)];
  if (first != first) return a;
  return later != later || (combine == Combine::place_of_min ? later < first : later > first) ? b : a;
}

double combined(const HostLoop& loop, const void* in, double a, double b) {
  switch (loop.combine) {
    case Combine::sum:
      return a + b;
    case Combine::min:
      return std::min(a, b);
    case Combine::max:
      return std::max(a, b);
    default:
      return Numbers::call(loop.type,
                           [&]<class T>() { return better_place(loop.combine, static_cast<const T*>(in), a, b); });
  }
}

}  // namespace

struct HostRun::Memory {
  std::array<Block, 3> in;
  Block out;
};

std::vector<std::byte> default_input(DType type, std::uint64_t slot, std::uint64_t n) {
  return Numbers::call(type, [&]<class T>() { return bytes_of(std::span<const T>(input_values<T>(slot, n))); });
}

HostRun::HostRun(const HostLoop& loop, std::uint64_t n, int threads, std::uint64_t sets, const Case& row)
    : loop_(loop),
      result_type_(row.result_type(loop.type)),
      sums_(row.sums),
      n_(n),
      team_(threads),
      partial_(static_cast<std::size_t>(threads) * kPartialStride) {
  const std::uint64_t bytes = n * size_of(loop.type);
  for (std::uint64_t s = 0; s < sets; ++s) {
    auto memory = std::make_unique<Memory>();
    for (int slot = 0; slot < loop.inputs; ++slot) {
      Block& block = memory->in[static_cast<std::size_t>(slot)] = allocate(bytes);
      const std::vector<std::byte> values = row.input(loop.type, static_cast<std::uint64_t>(slot), n);
      std::memcpy(block.get(), values.data(), bytes);
    }
    if (loop.outputs > 0) memory->out = allocate(bytes * static_cast<std::uint64_t>(loop.outputs));
    if (loop.outputs > 0) std::memset(memory->out.get(), 0xA5, bytes * static_cast<std::uint64_t>(loop.outputs));
    sets_.push_back(std::move(memory));
  }
}
HostRun::~HostRun() = default;

std::vector<HostRun::Way> HostRun::ways() const {
  std::vector<Way> all = {{1, false}};
  if (team_.size() > 1 && !loop_.whole) all.push_back({team_.size(), false});
  if (loop_.streaming)
    for (std::size_t i = 0, plain = all.size(); i < plain; ++i) all.push_back({all[i].threads, true});
  return all;
}

void HostRun::run_part(const HostWork& whole, const Way& way, int part) {
  HostWork work = whole;
  const std::uint64_t parts = static_cast<std::uint64_t>(way.threads), index = static_cast<std::uint64_t>(part);
  const std::uint64_t share = (n_ / parts + kGrain) / kGrain * kGrain;
  work.begin = std::min(n_, index * share);
  work.end = part + 1 == way.threads ? n_ : std::min(n_, work.begin + share);
  if (loop_.fold)
    partial_[static_cast<std::size_t>(part) * kPartialStride] = loop_.fold(work);
  else
    (way.streaming ? loop_.streaming : loop_.map)(work);
}

void HostRun::run_way(const Way& way) {
  const Memory& memory = *sets_[next_ = (next_ + 1) % sets_.size()];
  const HostWork whole{{memory.in[0].get(), memory.in[1].get(), memory.in[2].get()}, memory.out.get(), n_, 0, n_};
  if (way.threads == 1)
    run_part(whole, way, 0);
  else
    team_.run([&](int part) { run_part(whole, way, part); });
  if (!loop_.fold) return;
  total_ = identity(loop_.combine);
  for (int part = 0; part < way.threads; ++part)
    total_ = combined(loop_, whole.in[0], total_, partial_[static_cast<std::size_t>(part) * kPartialStride]);
}

void HostRun::run() { run_way(way_); }

void HostRun::choose() {
  double best = std::numeric_limits<double>::infinity();
  for (const Way& way : ways()) {
    const Batch batch = host_batch([&] { run_way(way); });
    const double once = std::max({batch(1), batch(1), 1e-9});
    const auto times = static_cast<std::uint64_t>(std::clamp(1e-4 / once, 1.0, 1e5));
    const int samples = once > 1e-3 ? 3 : 7;  // what takes long is disturbed less
    std::vector<double> seconds;
    for (int i = 0; i < samples; ++i) seconds.push_back(batch(times) / static_cast<double>(times));
    if (quantile(seconds, 0.5) >= best) continue;
    best = quantile(seconds, 0.5);
    way_ = way;
  }
}

std::string HostRun::check(std::span<const std::byte> expected, int ulps) {
  for (const Way& way : ways()) {
    next_ = sets_.size() - 1;  // the first set is next
    if (loop_.outputs > 0) std::memset(sets_.front()->out.get(), 0xA5, expected.size());
    run_way(way);
    const std::string problem = loop_.fold ? check_fold(expected)
                                : sums_    ? check_sums(expected)
                                           : check_map(expected, ulps);
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string HostRun::check_map(std::span<const std::byte> expected, int ulps) const {
  const std::uint64_t bytes = n_ * size_of(loop_.type) * static_cast<std::uint64_t>(loop_.outputs);
  return difference({sets_.front()->out.get(), static_cast<std::size_t>(bytes)}, expected, loop_.type, ulps);
}

std::string HostRun::check_sums(std::span<const std::byte> expected) const {
  return Floats::call(loop_.type, [&]<class T>() -> std::string {
    const std::span got(reinterpret_cast<const T*>(sets_.front()->out.get()), expected.size() / sizeof(T));
    std::vector<T> right(got.size());
    std::memcpy(right.data(), expected.data(), expected.size());
    T largest = 0;
    for (const T v : right) largest = std::max(largest, std::abs(v));
    const T bound = 1024 * std::numeric_limits<T>::epsilon() * largest;
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!(std::abs(got[i] - right[i]) <= bound))
        return fmt::format("element {}: got {}, expected {} within {}", i, got[i], right[i], bound);
    return {};
  });
}

std::string HostRun::check_fold(std::span<const std::byte> expected) const {
  return Numbers::call(result_type_, [&]<class T>() -> std::string {
    T right{};
    if (expected.size() != sizeof(T)) return "the case gives no single value";
    std::memcpy(&right, expected.data(), sizeof(T));
    // All inputs are positive, so that each rounding errs by at most half an epsilon of the result; the case's own sum
    // is allowed for too. Whole numbers are exact in double.
    const bool rounds = std::is_floating_point_v<T> && loop_.combine == Combine::sum;
    const double roundings = !rounds ? 0 : loop_.whole ? static_cast<double>(n_) : 1024;
    const double bound = roundings * static_cast<double>(std::numeric_limits<T>::epsilon()) * std::abs(double(right));
    if (std::abs(total_ - static_cast<double>(right)) <= bound) return {};
    return fmt::format("got {}, expected {} within {}", total_, right, bound);
  });
}

std::string HostRun::way() const {
  return fmt::format("{} thread{}{}", way_.threads, way_.threads == 1 ? "" : "s", way_.streaming ? ", streaming" : "");
}

}  // namespace lockstep::bench
