#include "machine_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "host_run.hpp"
#include "input.hpp"
#include "lockstep/expr.hpp"
#include "report.hpp"

namespace lockstep::bench {
namespace {

using Kind = MachineLimit::Kind;
constexpr const char* kThroughputs[] = {"multiply-add", "square root", "divide"};

// Enough to be beyond most caches, and little enough for any machine.
constexpr std::uint64_t kMostHostBytes = std::uint64_t{512} << 20;

/// Where to measure a bandwidth: how many bytes, all arrays together.
struct Place {
  std::string level;
  std::uint64_t bytes;
};

/// The least of the samples: a limit is what is reached when nothing disturbs.
double least_of(const Batch& batch, const Effort& effort) {
  const std::vector<double> seconds = measure({batch}, effort, true).front().seconds;
  return *std::min_element(seconds.begin(), seconds.end());
}

double host_seconds(const HostLoop& loop, std::uint64_t n, int threads, const Effort& effort) {
  HostRun run(loop, n, threads, 1);
  run.choose();
  return least_of(host_batch([&] { run.run(); }), effort);
}

/// Half of a cache, so that nothing is driven out of it; first and second levels belong to a core each.
std::vector<Place> host_places(const std::vector<CacheLevel>& caches, int threads) {
  std::vector<Place> places;
  for (const CacheLevel& cache : caches) {
    const std::uint64_t cores = cache.level < 3 ? static_cast<std::uint64_t>(threads) : 1;
    places.push_back({"L" + std::to_string(cache.level), cores * cache.bytes / 2});
  }
  const std::uint64_t last = caches.empty() ? std::uint64_t{32} << 20 : caches.back().bytes;
  places.push_back({"DRAM", std::min(4 * last, kMostHostBytes)});
  return places;
}

void measure_host(MachineLimits& limits, int threads, const std::vector<CacheLevel>& caches, const Effort& effort) {
  struct Pattern {
    const char* loop;
    std::uint64_t arrays;
  };
  constexpr Pattern patterns[] = {{"sum", 1}, {"copy", 2}, {"triad", 3}};
  for (const Place& place : host_places(caches, threads)) {
    double best = 0;
    for (const Pattern& pattern : patterns) {
      const std::uint64_t n = place.bytes / pattern.arrays / sizeof(float);
      const double seconds = host_seconds(*find_limit(pattern.loop, DType::f32), n, threads, effort);
      best = std::max(best, static_cast<double>(n * pattern.arrays * sizeof(float)) / seconds);
    }
    limits.all.push_back({Kind::bandwidth, place.level, DType::f32, best});
  }
  for (const char* name : kThroughputs)
    for (const DType type : {DType::f32, DType::f64}) {
      const std::uint64_t n = std::uint64_t{1} << 22;
      const double operations = static_cast<double>(n) * (name == kThroughputs[0] ? 2 : 1);
      limits.all.push_back(
          {Kind::throughput, name, type, operations / host_seconds(*find_peak(name, type), n, threads, effort)});
    }
}

double device_seconds(const Device& device, const std::function<void()>& run, const Effort& effort) {
  return least_of(device_batch(device, run, Clock::device), effort);
}

void measure_bandwidths(MachineLimits& limits, const Device& device, const Effort& effort) {
  // A last cache of 64 MiB is assumed, as for the rows.
  const std::uint64_t most = std::min<std::uint64_t>(std::uint64_t{1} << 30, device.info().memory / 8);
  for (const auto& [level, bytes] : {Place{"L2", std::uint64_t{8} << 20}, Place{"DRAM", most}}) {
    const std::uint64_t n = bytes / 3 / sizeof(float);
    const Array x = device.full({n}, 1, DType::f32), y = device.full({n}, 2, DType::f32),
                out = device.empty({n}, DType::f32);
    const double each = static_cast<double>(n * sizeof(float));
    const double best = std::max({each / device_seconds(
                                             device, [&] { device.evaluate(sum(x)); }, effort),
                                  2 * each /
                                      device_seconds(
                                          device, [&] { device.assign(out, Expr(x)); }, effort),
                                  3 * each /
                                      device_seconds(
                                          device, [&] { device.assign(out, x + 3 * Expr(y)); }, effort)});
    limits.all.push_back({Kind::bandwidth, level, DType::f32, best});
  }
}

/// A chain of one operation for every element, its first value read and its last one written.
Expr chain(const char* name, Expr x, const Expr& y, int length) {
  for (int i = 0; i < length; ++i)
    x = name == kThroughputs[0] ? fma(x, y, y) : name == kThroughputs[1] ? sqrt(x) : y / x;
  return x;
}

void measure_throughputs(MachineLimits& limits, const Device& device, const Effort& effort) {
  constexpr std::uint64_t kElements = std::uint64_t{1} << 20;
  for (const char* name : kThroughputs)
    for (const DType type : {DType::f32, DType::f64}) {
      if (type == DType::f64 && !device.info().has_f64) continue;
      const int length = name == kThroughputs[0] ? 512 : 128;
      const Array x = device.full({kElements}, 0.75, type), y = device.full({1}, 0.5, type);
      const Array out = device.empty({kElements}, type);
      const Expr value = chain(name, x, y, length);
      const double operations = static_cast<double>(kElements) * length * (name == kThroughputs[0] ? 2 : 1);
      limits.all.push_back({Kind::throughput, name, type,
                            operations / device_seconds(
                                             device, [&] { device.assign(out, value); }, effort)});
    }
}

void measure_transfers(MachineLimits& limits, const Device& device, const Effort& effort) {
  const std::vector<float> from(std::size_t{1} << 22, 1.0f);
  std::vector<float> to(from.size());
  const Array array = device.array(from);
  const double bytes = static_cast<double>(array.bytes());
  const auto up = [&] { array.from_host(std::span<const float>(from)); };
  const auto down = [&] { array.to_host(std::span<float>(to)); };
  limits.all.push_back(
      {Kind::transfer, "to device", DType::f32, bytes / least_of(device_batch(device, up, Clock::host), effort)});
  limits.all.push_back(
      {Kind::transfer, "to host", DType::f32, bytes / least_of(device_batch(device, down, Clock::host), effort)});
}

}  // namespace

MachineLimits measure_limits(const Device& device, const std::vector<CacheLevel>& caches, const Effort& effort) {
  MachineLimits limits{device.name(), {}, {}};
  if (device.info().kind == "cpu") {
    limits.way = "hand-written loops";
    measure_host(limits, device.info().units, caches, effort);
  } else {
    limits.way = "the engine's own kernels";
    measure_bandwidths(limits, device, effort);
    measure_throughputs(limits, device, effort);
  }
  measure_transfers(limits, device, effort);
  return limits;
}

std::string to_text(const MachineLimits& limits) {
  std::string bandwidths, throughputs, transfers;
  for (const MachineLimit& limit : limits.all) {
    const std::string value = rate_text(limit.per_second);
    if (limit.kind == Kind::bandwidth) bandwidths += fmt::format("  {} {}", limit.name, value);
    if (limit.kind == Kind::transfer) transfers += fmt::format("  {} {}", limit.name, value);
    if (limit.kind == Kind::throughput)
      throughputs += fmt::format("  {:<13} {} {:>6} e9/s\n", limit.name, to_string(limit.type), value);
  }
  return fmt::format("\nLimits of {}, by {}:\n  GB/s:{}\n  GB/s:{}\n{}", limits.device, limits.way, bandwidths,
                     transfers, throughputs);
}

}  // namespace lockstep::bench
