#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lockstep::cpu {

/// How the tasks of a job are handed out.
enum class Schedule {
  dynamic,      ///< one by one, to whoever is free
  fixed_share,  ///< an equal run of neighbours to each thread
};

/// Threads that wait for work. Each job runs on the caller's thread and as many workers as it has tasks for.
/// Safe to call from several threads: jobs run one after another. A call from inside a task runs serially.
class ThreadPool {
 public:
  using Task = std::function<void(std::uint64_t)>;

  /// `threads` work together, the caller's included: `threads - 1` are started.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  /// Calls `task(i)` once for each i below `count`, in no particular order, and returns when all are done. The first
  /// exception of a task reaches the caller; tasks not begun by then are skipped.
  void run(std::uint64_t count, const Task& task, Schedule schedule = Schedule::dynamic);

 private:
  struct Job;
  void work(Job& job);
  void worker();

  std::vector<std::thread> workers_;
  std::mutex callers_;  // one job at a time
  std::mutex mutex_;    // guards what follows
  std::condition_variable wake_;
  std::condition_variable done_;
  Job* job_ = nullptr;
  int open_places_ = 0;  // workers that may still join the job
  int active_ = 0;       // workers that have joined and not left
  bool stop_ = false;
};

/// The processors that this process may use.
int available_processors() noexcept;

}  // namespace lockstep::cpu
