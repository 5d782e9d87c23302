#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lockstep::cpu {

/// Threads that wait for work. Each job runs on the caller's thread and as many workers as it has tasks for; each
/// begins with its own share, a run of neighbours, and then helps with those of the others, so that a thread that the
/// system does not let run holds nobody up. Between jobs workers look out for work for some microseconds before they
/// sleep, if there is a processor for each. Safe to call from several threads: jobs run one after another. A call from
/// inside a task runs serially.
class ThreadPool {
 public:
  using Task = std::function<void(std::uint64_t)>;

  /// `threads` work together, the caller's included: `threads - 1` are started.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  /// Calls `task(i)` once for each i below `count`, in no particular order, and returns when all are done. At most
  /// `most_threads` take part. The first exception of a task reaches the caller; tasks not begun by then are skipped.
  void run(std::uint64_t count, const Task& task, int most_threads = INT32_MAX);

  /// How many threads gain something on work that takes one about `nanoseconds`.
  int helpful_threads(double nanoseconds) noexcept;

 private:
  /// The tasks of one thread that nobody has begun: from `next` to `end`.
  struct alignas(64) Share {
    std::atomic<std::uint64_t> next{0};
    std::uint64_t end = 0;
  };

  void run_serially(std::uint64_t count, const Task& task) const;
  void share_out(std::uint64_t count, std::size_t parts);
  void work(std::size_t own);
  void worker();
  bool join(std::size_t& place);
  void leave();
  bool is_one_of_many() noexcept;
  void wait_for_job(std::uint32_t seen);
  void wait_for_workers();
  void stop() noexcept;

  std::vector<std::thread> workers_;
  bool spins_;
  std::mutex callers_;  // one job at a time
  // The job, written by the caller while no worker is inside.
  const Task* task_ = nullptr;
  std::unique_ptr<Share[]> shares_;
  std::size_t parts_ = 0;
  std::mutex error_mutex_;
  std::exception_ptr error_;
  /// Counts jobs: workers sleep on it.
  alignas(64) std::atomic<std::uint32_t> jobs_{0};
  std::atomic<bool> stop_{false};
  std::atomic<std::uint32_t> lookouts_{0};   ///< workers that do not sleep
  std::atomic<std::int64_t> last_short_{0};  ///< when work came that is not worth a wake-up, in ns
  /// Workers that may still join the job (times kPlace), and those that have joined and not left.
  alignas(64) std::atomic<std::uint32_t> gate_{0};
};

/// The processors that this process may use.
int available_processors() noexcept;

}  // namespace lockstep::cpu
