#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "case.hpp"

namespace lockstep::bench {

/// Does something that many times in a row and returns the seconds that took.
using Batch = std::function<double(std::uint64_t times)>;

/// How long to go on.
struct Effort {
  double seconds = 0.5;         ///< for each of the things measured together
  double batch_seconds = 2e-4;  ///< a sample is a batch at least this long
  double tolerance = 0.01;      ///< enough once the median is known to this part of it
  std::size_t least = 9;        ///< samples, unless one takes longer than all of `seconds`
  std::size_t most = 400;
};

/// The samples of one thing: seconds of one execution, each the mean of a batch.
struct Samples {
  std::vector<double> seconds;
  std::uint64_t times = 1;  ///< executions in a batch
  double cpu_seconds = 0;   ///< of all threads of the process, for one execution: the mean of all
};

/// The batch of a case on a device.
Batch device_batch(const Device& device, std::function<void()> run, Clock clock);
/// The batch of a function of the host that returns when it is done.
Batch host_batch(std::function<void()> run);

/// Measures several things side by side: one sample of each in turn, so that what disturbs the machine disturbs all
/// alike. With more than one, each gets an unmeasured run before its sample if `warm`, because the others took its
/// place in the caches.
std::vector<Samples> measure(const std::vector<Batch>& batches, const Effort& effort, bool warm);
/// The least of the samples of one thing: a limit is what is reached when nothing disturbs.
double least_of(const Batch& batch, const Effort& effort);

}  // namespace lockstep::bench
