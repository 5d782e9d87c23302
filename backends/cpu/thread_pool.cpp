#include "thread_pool.hpp"

#include <sched.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "float_environment.hpp"
#include "lockstep/error.hpp"

namespace lockstep::cpu {
namespace {

// True in a thread that is inside a task of any pool: a nested job would wait for itself.
thread_local bool inside_task = false;

}  // namespace

struct ThreadPool::Job {
  const Task& task;
  std::uint64_t count;
  std::uint64_t share;  // tasks taken at a time
  std::atomic<std::uint64_t> next{0};
  std::mutex mutex{};
  std::exception_ptr error{};
};

ThreadPool::ThreadPool(int threads) {
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { worker(); });
  } catch (const std::system_error& error) {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : workers_) thread.join();
    throw Error(Code::device,
                "the system refused thread " + std::to_string(workers_.size() + 2) + " of " + std::to_string(threads),
                "Open the device with fewer threads, for example cpu:2.", error.what());
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : workers_) thread.join();
}

void ThreadPool::work(Job& job) {
  const FloatEnvironment environment;
  const bool nested = std::exchange(inside_task, true);
  try {
    for (;;) {
      const std::uint64_t begin = job.next.fetch_add(job.share, std::memory_order_relaxed);
      if (begin >= job.count) break;
      const std::uint64_t end = begin + std::min(job.share, job.count - begin);
      for (std::uint64_t i = begin; i < end; ++i) job.task(i);
    }
  } catch (...) {
    const std::lock_guard lock(job.mutex);
    if (!job.error) job.error = std::current_exception();
    job.next.store(job.count, std::memory_order_relaxed);
  }
  inside_task = nested;
}

void ThreadPool::worker() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || open_places_ > 0; });
    if (stop_) return;
    --open_places_;
    ++active_;
    Job& job = *job_;
    lock.unlock();
    work(job);
    lock.lock();
    if (--active_ == 0) done_.notify_one();
  }
}

void ThreadPool::run(std::uint64_t count, const Task& task, Schedule schedule) {
  if (count == 0) return;
  const auto threads = static_cast<std::uint64_t>(this->threads());
  const std::uint64_t share = schedule == Schedule::dynamic ? 1 : (count - 1) / threads + 1;
  Job job{task, count, share};
  const int helpers = inside_task ? 0 : static_cast<int>(std::min(threads - 1, (count - 1) / share));
  if (helpers == 0) {
    work(job);
  } else {
    const std::lock_guard one_job(callers_);
    {
      const std::lock_guard lock(mutex_);
      job_ = &job;
      open_places_ = helpers;
    }
    for (int i = 0; i < helpers; ++i) wake_.notify_one();
    work(job);
    std::unique_lock lock(mutex_);
    open_places_ = 0;  // who has not woken by now is not needed
    done_.wait(lock, [this] { return active_ == 0; });
    job_ = nullptr;
  }
  if (job.error) std::rethrow_exception(job.error);
}

int available_processors() noexcept {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace lockstep::cpu
