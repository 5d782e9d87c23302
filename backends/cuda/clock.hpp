#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "backends/cuda/api.hpp"

namespace lockstep::cuda {

/// CUDA tells only the time between two events, as a float of milliseconds, which after an hour resolves a quarter of
/// one. So an event is measured from a base shortly before it, and that one from its predecessor: what two events
/// differ by is right to one part in 10^7, and all times are on one clock.
class Clock {
 public:
  class Base {
    friend class Clock;
    EventHandle event_;
    std::shared_ptr<Base> before_;  ///< null once `seconds_` is known
    double seconds_ = 0;
  };

  /// The base for an event that is about to be recorded in `stream`; now and then a new one is recorded there.
  cudaError_t base_for(cudaStream_t stream, std::shared_ptr<Base>& base);

  /// Seconds from the first base to `event`, which is done. May be called from any thread.
  cudaError_t seconds(Base& base, cudaEvent_t event, double& result);

 private:
  static cudaError_t resolve(Base& base);

  std::mutex mutex_;
  std::shared_ptr<Base> newest_;
  std::chrono::steady_clock::time_point recorded_;
};

}  // namespace lockstep::cuda
