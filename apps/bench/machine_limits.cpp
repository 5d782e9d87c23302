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

/// A last cache of 64 MiB is assumed of GPUs, as for the rows.
std::vector<Place> device_places(const Device& device, const std::vector<CacheLevel>& caches) {
  if (!device.info().is_gpu) return host_places(caches, device.info().units);
  return {{"L2", std::uint64_t{8} << 20}, {"DRAM", std::min(std::uint64_t{1} << 30, device.info().memory / 8)}};
}

void add(MachineLimits& limits, Kind kind, std::string name, DType type, const Rate& rate) {
  if (rate.per_second > 0) limits.all.push_back({kind, std::move(name), type, rate.per_second});
}

void add_transfers(MachineLimits& limits, DeviceLimits& device) {
  constexpr std::uint64_t kBytes = std::uint64_t{16} << 20;
  const bool is_cpu = device.device().info().kind == "cpu";
  for (const bool pinned : {false, true}) {
    if (pinned && is_cpu) continue;  // there it is ordinary memory
    for (const bool to_device : {true, false})
      add(limits, Kind::transfer, fmt::format("{}{}", to_device ? "to device" : "to host", pinned ? ", pinned" : ""),
          DType::f32, device.transfer(to_device, pinned, kBytes));
  }
}

}  // namespace

MachineLimits measure_limits(DeviceLimits& device, const std::vector<CacheLevel>& caches) {
  MachineLimits limits{device.device().name(), "the engine's own kernels", {}};
  for (const Place& place : device_places(device.device(), caches))
    add(limits, Kind::bandwidth, place.level, DType::f32, device.bandwidth(place.bytes, 1));
  for (const char* name : kThroughputs)
    for (const DType type : {DType::f32, DType::f64})
      add(limits, Kind::throughput, name, type, device.throughput(name, type));
  add_transfers(limits, device);
  return limits;
}

MachineLimits measure_limits(const Device& device, const std::vector<CacheLevel>& caches, const Effort& effort) {
  DeviceLimits own(device, effort);
  if (device.info().kind != "cpu") return measure_limits(own, caches);
  MachineLimits limits{device.name(), "hand-written loops", {}};
  measure_host(limits, device.info().units, caches, effort);
  add_transfers(limits, own);
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
