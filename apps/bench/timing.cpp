#include "timing.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <numeric>
#include <utility>

#include "statistics.hpp"

namespace lockstep::bench {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double cpu_now() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// How many executions make a batch long enough. The first run is left out: it compiles, and touches memory.
std::uint64_t find_times(const Batch& batch, const Effort& effort) {
  batch(1);
  std::uint64_t times = 1;
  for (;;) {
    const double seconds = batch(times);
    if (seconds >= effort.batch_seconds || times >= (std::uint64_t{1} << 24)) return times;
    const double factor = std::clamp(1.2 * effort.batch_seconds / std::max(seconds, 1e-9), 2.0, 10.0);
    times = static_cast<std::uint64_t>(std::ceil(static_cast<double>(times) * factor));
  }
}

bool is_enough(const std::vector<Samples>& all, const Effort& effort) {
  return std::all_of(all.begin(), all.end(), [&](const Samples& s) {
    return s.seconds.size() >= effort.most ||
           (s.seconds.size() >= effort.least && is_stable(s.seconds, effort.tolerance));
  });
}

}  // namespace

Batch host_batch(std::function<void()> run) {
  return [run = std::move(run)](std::uint64_t times) {
    const double start = now();
    for (std::uint64_t i = 0; i < times; ++i) run();
    return now() - start;
  };
}

Batch device_batch(const Device& device, std::function<void()> run, Clock clock) {
  // On the CPU backend a call returns when its work is done, and an event is no more than the host's clock.
  if (clock == Clock::host || device.info().kind == "cpu")
    return [device, run = std::move(run)](std::uint64_t times) {
      const double start = now();
      for (std::uint64_t i = 0; i < times; ++i) run();
      device.wait();
      return now() - start;
    };
  return [device, run = std::move(run)](std::uint64_t times) {
    const Event start = device.record();
    for (std::uint64_t i = 0; i < times; ++i) run();
    return device.record().seconds_since(start);
  };
}

std::vector<Samples> measure(const std::vector<Batch>& batches, const Effort& effort, bool warm) {
  std::vector<Samples> all(batches.size());
  for (std::size_t i = 0; i < batches.size(); ++i) all[i].times = find_times(batches[i], effort);
  const double end = now() + effort.seconds * static_cast<double>(batches.size());
  for (std::size_t round = 0; round < effort.most; ++round) {
    for (std::size_t k = 0; k < batches.size(); ++k) {
      // Every second round goes backwards: who follows whom must not matter.
      const std::size_t i = round % 2 == 0 ? k : batches.size() - 1 - k;
      Samples& samples = all[i];
      if (warm && batches.size() > 1) batches[i](std::max<std::uint64_t>(1, samples.times / 8));
      const double cpu = cpu_now();
      samples.seconds.push_back(batches[i](samples.times) / static_cast<double>(samples.times));
      samples.cpu_seconds += (cpu_now() - cpu) / static_cast<double>(samples.times);
    }
    if (now() > end || (round + 1 >= effort.least && is_enough(all, effort))) break;
  }
  for (Samples& samples : all) samples.cpu_seconds /= static_cast<double>(samples.seconds.size());
  return all;
}

double least_of(const Batch& batch, const Effort& effort) {
  const std::vector<double> seconds = measure({batch}, effort, true).front().seconds;
  return *std::min_element(seconds.begin(), seconds.end());
}

}  // namespace lockstep::bench
