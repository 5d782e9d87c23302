#include "thread_pool.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "float_environment.hpp"
#include "lockstep/error.hpp"

namespace lockstep::cpu {
namespace {

constexpr std::uint32_t kPlace = 1u << 16;
constexpr std::uint32_t kInside = kPlace - 1;
// Longer than between two small kernels of one program, shorter than anybody notices.
constexpr std::chrono::microseconds kLookout{20};

// True in a thread that is inside a task of any pool: a nested job would wait for itself.
thread_local bool inside_task = false;

void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Looks at `done` again and again for a while; true if it came true.
template <class F>
bool spin_until(F done) {
  const auto end = std::chrono::steady_clock::now() + kLookout;
  do {
    for (int i = 0; i < 16; ++i) {
      if (done()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace

ThreadPool::ThreadPool(int threads)
    : spins_(available_processors() >= threads), shares_(std::make_unique<Share[]>(static_cast<std::size_t>(threads))) {
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { worker(); });
  } catch (const std::system_error& error) {
    const std::size_t started = workers_.size();
    stop();
    throw Error(Code::device,
                "the system refused thread " + std::to_string(started + 2) + " of " + std::to_string(threads),
                "Open the device with fewer threads, for example cpu:2.", error.what());
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() noexcept {
  stop_.store(true, std::memory_order_relaxed);
  jobs_.fetch_add(1, std::memory_order_release);
  jobs_.notify_all();
  for (std::thread& thread : workers_) thread.join();
}

void ThreadPool::share_out(std::uint64_t count, std::size_t parts) {
  parts_ = parts;
  for (std::size_t p = 0; p < parts; ++p) {
    shares_[p].next.store(count / parts * p + std::min<std::uint64_t>(count % parts, p), std::memory_order_relaxed);
    if (p > 0) shares_[p - 1].end = shares_[p].next.load(std::memory_order_relaxed);
  }
  shares_[parts - 1].end = count;
}

/// Own share first, then those of the others.
void ThreadPool::work(std::size_t own) {
  const FloatEnvironment environment;
  const bool nested = std::exchange(inside_task, true);
  try {
    for (std::size_t p = 0; p < parts_; ++p) {
      Share& share = shares_[(own + p) % parts_];
      while (share.next.load(std::memory_order_relaxed) < share.end) {
        const std::uint64_t i = share.next.fetch_add(1, std::memory_order_relaxed);
        if (i < share.end) (*task_)(i);
      }
    }
  } catch (...) {
    const std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
    for (std::size_t p = 0; p < parts_; ++p) shares_[p].next.store(shares_[p].end, std::memory_order_relaxed);
  }
  inside_task = nested;
}

/// Takes one of the places that are open, if there is one.
bool ThreadPool::join(std::size_t& place) {
  std::uint32_t gate = gate_.load(std::memory_order_relaxed);
  while (gate >= kPlace) {
    if (!gate_.compare_exchange_weak(gate, gate - kPlace + 1, std::memory_order_acquire, std::memory_order_relaxed))
      continue;
    place = gate / kPlace;
    return true;
  }
  return false;
}

void ThreadPool::leave() {
  // The caller waits only after it has closed the gate.
  if (gate_.fetch_sub(1, std::memory_order_release) == 1) gate_.notify_one();
}

void ThreadPool::wait_for_job(std::uint32_t seen) {
  const auto is_new = [&] { return jobs_.load(std::memory_order_relaxed) != seen; };
  if (spins_) {
    lookouts_.fetch_add(1, std::memory_order_relaxed);
    const bool found = spin_until(is_new);
    lookouts_.fetch_sub(1, std::memory_order_relaxed);
    if (found) return;
  }
  jobs_.wait(seen, std::memory_order_relaxed);
}

void ThreadPool::worker() {
  for (std::uint32_t seen = 0;;) {
    wait_for_job(seen);
    seen = jobs_.load(std::memory_order_acquire);
    if (stop_.load(std::memory_order_relaxed)) return;
    std::size_t place = 0;
    if (!join(place)) continue;
    work(place);
    leave();
  }
}

void ThreadPool::wait_for_workers() {
  // Who has not joined by now is not needed.
  std::uint32_t gate = gate_.fetch_and(kInside, std::memory_order_acquire) & kInside;
  const auto is_empty = [&] { return (gate = gate_.load(std::memory_order_acquire)) == 0; };
  if (gate == 0 || (spins_ && spin_until(is_empty))) return;
  while (!is_empty()) gate_.wait(gate, std::memory_order_acquire);
}

void ThreadPool::run_serially(std::uint64_t count, const Task& task) const {
  const FloatEnvironment environment;
  const bool nested = std::exchange(inside_task, true);
  try {
    for (std::uint64_t i = 0; i < count; ++i) task(i);
  } catch (...) {
    inside_task = nested;
    throw;
  }
  inside_task = nested;
}

void ThreadPool::run(std::uint64_t count, const Task& task, int most_threads) {
  const auto parts = static_cast<std::size_t>(
      std::min<std::uint64_t>(count, static_cast<std::uint64_t>(std::clamp(most_threads, 1, threads()))));
  if (parts <= 1 || inside_task) return run_serially(count, task);
  const std::lock_guard one_job(callers_);
  task_ = &task;
  share_out(count, parts);
  gate_.store(static_cast<std::uint32_t>(parts - 1) * kPlace, std::memory_order_release);
  jobs_.fetch_add(1, std::memory_order_release);
  if (parts == workers_.size() + 1)
    jobs_.notify_all();
  else
    for (std::size_t i = 1; i < parts; ++i) jobs_.notify_one();
  work(0);
  wait_for_workers();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

/// True if work like this came a moment ago: then more of it is likely to follow.
bool ThreadPool::is_one_of_many() noexcept {
  const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  return now - last_short_.exchange(now, std::memory_order_relaxed) < 4 * kLookout / std::chrono::nanoseconds(1);
}

int ThreadPool::helpful_threads(double nanoseconds) noexcept {
  // A worker that looks out for work begins after half a microsecond. To wake one that sleeps costs the caller about
  // five, and it begins after twenty: what it takes over should be longer than that, or be followed by more.
  constexpr double kAwake = 4000, kAsleep = 16000;
  const auto threads_at = [&](double worthwhile) {
    // Of no number of nanoseconds, one.
    return static_cast<int>(std::min(std::max(1.0, nanoseconds / worthwhile), static_cast<double>(threads())));
  };
  const int most = threads_at(kAwake);
  if (most == 1 || lookouts_.load(std::memory_order_relaxed) > 0) return most;
  const int least = threads_at(kAsleep);
  return least > 1 || is_one_of_many() ? most : least;
}

int available_processors() noexcept {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace lockstep::cpu
