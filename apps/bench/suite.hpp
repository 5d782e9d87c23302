#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache_levels.hpp"
#include "device_limits.hpp"
#include "machine_limits.hpp"
#include "selection.hpp"
#include "statistics.hpp"
#include "timing.hpp"

namespace lockstep::bench {

/// A hand-written loop beside a row.
struct Beside {
  std::vector<double> seconds;
  std::uint64_t times = 1;
  std::string way;
  std::string name{};  ///< of a library

  double median() const { return summarize(seconds).median; }
};

/// What is known of a job on one device.
struct Row {
  Job job{};
  std::string device{};
  std::string level{};    ///< "L1" .. "DRAM"
  std::string skipped{};  ///< why it was not run
  std::string wrong{};    ///< why its result, or that of a loop beside it, is not right; then it was not timed
  bool same_bits = true;  ///< as on the first device
  Samples samples{};
  std::shared_ptr<const Beside> limit{}, peer{};
  std::vector<std::shared_ptr<const Beside>> libraries{};  ///< of other people, if this build has some
  std::vector<std::string> left_out{};                     ///< of those, which one and why: its result is not right
  LeastTime least{};                                       ///< on devices that no loop of the host stands beside

  /// Of what the row may take at least, by a loop or by the device's limits; 0 if nothing is known.
  double limit_seconds() const { return limit ? limit->median() : least.seconds; }
  bool timed() const { return !samples.seconds.empty(); }
  double seconds() const { return summarize(samples.seconds).median; }
  /// Both for each execution.
  double bytes() const { return job.row->moved * static_cast<double>(job.n * size_of(job.type)); }
  double flops() const { return job.row->flops_of(job.n); }
};

struct SuiteOptions {
  Effort effort;
  bool time = true;    ///< false: verifies only
  bool limits = true;  ///< false: without the hand-written loops
  bool peers = true;
};

/// Runs jobs on devices.
class Suite {
 public:
  Suite(std::vector<Device> devices, SuiteOptions options);

  /// Verifies the job on every device, then times those that were right side by side: a row for each device. The first
  /// device's is the base of comparison. `seconds`: in place of those of the options.
  std::vector<Row> run(const Job& job, std::optional<double> seconds = {}) const;
  /// What each device reaches at most; `effort` is for devices whose rows have loops beside them.
  std::vector<MachineLimits> limits(const Effort& effort) const;
  const std::vector<CacheLevel>& caches() const noexcept { return caches_; }
  const std::vector<Device>& devices() const noexcept { return devices_; }

 private:
  struct Running;
  void prepare(Running& running, const Device& device) const;
  void find_least_times(Running& running, std::uint64_t bytes) const;
  void add_loops(Running& running) const;
  void add_device_peers(Running& running) const;
  void time(Running& running, const Effort& effort) const;

  std::vector<Device> devices_;
  SuiteOptions options_;
  std::vector<CacheLevel> caches_;
  std::vector<std::shared_ptr<DeviceLimits>> limits_;  // of the devices; null for CPUs
};

}  // namespace lockstep::bench
