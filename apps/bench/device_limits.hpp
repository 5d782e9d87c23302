#pragma once

#include <functional>
#include <map>
#include <string>

#include "selection.hpp"
#include "timing.hpp"

namespace lockstep::bench {

/// Something per second, or why it was not measured.
struct Rate {
  double per_second = 0;  ///< 0: the device cannot do it, or did it wrong
  std::string wrong{};    ///< what was not right
};

/// The least time in which a device could do a row, and what sets it.
struct LeastTime {
  double seconds = 0;   ///< 0: no limit is known
  std::string by{};     ///< "bandwidth", "arithmetic" or "transfer"
  std::string wrong{};  ///< the result of what was to be measured was not right
};

/// What a device reaches at most, for devices that no hand-written loop of the host stands beside: by the engine's own
/// kernels, each verified, then timed when it is asked for first. Throws what a device throws that fails.
class DeviceLimits {
 public:
  DeviceLimits(Device device, const Effort& effort) : device_(std::move(device)), effort_(effort) {}

  const Device& device() const noexcept { return device_; }
  /// Bytes per second in arrays of `bytes` together, of which there are `sets`, used in turn: the best of a sum, a copy
  /// and `x + 3*y`, in f32.
  Rate bandwidth(std::uint64_t bytes, std::uint64_t sets);
  /// "multiply-add" (two operations), "square root" or "divide" per second, in independent chains.
  Rate throughput(const std::string& operation, DType type);
  /// Bytes per second between ordinary or pinned memory of the host and an array of `bytes`.
  Rate transfer(bool to_device, bool pinned, std::uint64_t bytes);

  /// Of a job whose arrays have `bytes` together, in `sets` sets: by the bytes that it moves at this size, and by its
  /// operations, whichever takes longer. Nothing for the rows about what the host does.
  LeastTime least_time(const Job& job, std::uint64_t bytes, std::uint64_t sets);

 private:
  Rate once(const std::string& key, const std::function<Rate()>& measure);
  Rate measure_bandwidth(std::uint64_t bytes, std::uint64_t sets);
  Rate measure_throughput(const std::string& operation, DType type);
  Rate measure_transfer(bool to_device, bool pinned, std::uint64_t bytes);
  Rate timed(double amount, const std::function<void()>& run, Clock clock) const;
  LeastTime arithmetic_time(const Job& job);
  LeastTime transfer_time(const Job& job);

  Device device_;
  Effort effort_;
  std::map<std::string, Rate> known_;
};

}  // namespace lockstep::bench
