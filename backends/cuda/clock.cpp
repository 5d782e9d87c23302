#include "backends/cuda/clock.hpp"

namespace lockstep::cuda {
namespace {

constexpr auto kRenewed = std::chrono::seconds(1);

cudaError_t between(cudaEvent_t from, cudaEvent_t to, double& seconds) {
  float milliseconds = 0;
  const cudaError_t status = cudaEventElapsedTime(&milliseconds, from, to);
  seconds = static_cast<double>(milliseconds) * 1e-3;
  return status;
}

}  // namespace

cudaError_t Clock::resolve(Base& base) {
  if (!base.before_) return cudaSuccess;
  double step = 0;
  cudaError_t status = cudaEventSynchronize(base.event_.get());
  if (status == cudaSuccess) status = between(base.before_->event_.get(), base.event_.get(), step);
  if (status != cudaSuccess) return status;
  base.seconds_ = base.before_->seconds_ + step;
  base.before_.reset();
  return cudaSuccess;
}

cudaError_t Clock::base_for(cudaStream_t stream, std::shared_ptr<Base>& base) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  base = newest_;
  if (newest_ && now - recorded_ < kRenewed) return cudaSuccess;
  // The chain is never longer than two: a base that is not done yet serves on.
  if (newest_ && newest_->before_ && cudaEventQuery(newest_->event_.get()) != cudaSuccess) return cudaSuccess;
  if (newest_)
    if (const cudaError_t status = resolve(*newest_); status != cudaSuccess) return status;
  auto fresh = std::make_shared<Base>();
  cudaEvent_t event = nullptr;
  cudaError_t status = cudaEventCreateWithFlags(&event, cudaEventDefault);
  fresh->event_ = EventHandle(event);
  if (status == cudaSuccess) status = cudaEventRecord(event, stream);
  if (status != cudaSuccess) return status;
  fresh->before_ = newest_;
  base = newest_ = std::move(fresh);
  recorded_ = now;
  return cudaSuccess;
}

cudaError_t Clock::seconds(Base& base, cudaEvent_t event, double& result) {
  const std::lock_guard lock(mutex_);
  cudaError_t status = resolve(base);
  double step = 0;
  if (status == cudaSuccess) status = between(base.event_.get(), event, step);
  result = base.seconds_ + step;
  return status;
}

}  // namespace lockstep::cuda
