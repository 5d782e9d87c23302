#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace lockstep::bench {

/// Threads that share a loop, part by part, as a fork and join by hand: they spin for a moment, then sleep.
class Team {
 public:
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const noexcept { return static_cast<int>(workers_.size()) + 1; }
  /// Calls `task(part)` for each part below `size()`, part 0 on the caller's thread, and returns when all are done.
  void run(const std::function<void(int)>& task);

 private:
  void work(int part);

  std::vector<std::thread> workers_;
  const std::function<void(int)>* task_ = nullptr;
  std::atomic<std::uint64_t> round_{0};
  std::atomic<int> left_{0};
  std::atomic<bool> stop_{false};
};

}  // namespace lockstep::bench
