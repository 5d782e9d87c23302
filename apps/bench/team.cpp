#include "team.hpp"

namespace lockstep::bench {
namespace {

constexpr int kSpins = 2000;  // some tens of microseconds

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Team::Team(int threads) {
  for (int part = 1; part < threads; ++part) workers_.emplace_back([this, part] { work(part); });
}

Team::~Team() {
  stop_ = true;
  ++round_;
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Team::run(const std::function<void(int)>& task) {
  task_ = &task;
  left_ = static_cast<int>(workers_.size());
  ++round_;
  round_.notify_all();
  task(0);
  for (int spin = 0; left_ != 0; ++spin) spin < kSpins ? relax() : std::this_thread::yield();
}

void Team::work(int part) {
  for (std::uint64_t seen = 0;; ++seen) {
    for (int spin = 0; round_ == seen && spin < kSpins; ++spin) relax();
    round_.wait(seen);
    if (stop_) return;
    (*task_)(part);
    --left_;
  }
}

}  // namespace lockstep::bench
