#pragma once

#include <mutex>

#include "model.hpp"

namespace lockstep::test::fake {

/// A thread's device, and the error that it asks for next.
inline thread_local int current = 0;
inline thread_local cudaError_t last = cudaSuccess;

/// One call: under the lock, counted, failing if it is to, and in vain on a device whose context has ended.
template <class F>
cudaError_t call(const char* name, const F& f) {
  const std::lock_guard lock(model().mutex);
  ++model().calls[name];
  cudaError_t status = cudaSuccess;
  if (const auto planned = model().failures.find(name); planned != model().failures.end()) {
    auto& [failure, times, after] = planned->second;
    if (after > 0)
      --after;
    else if (times-- > 0)
      return last = failure;
  }
  if (const auto ended = model().lost.find(current); ended != model().lost.end()) return last = ended->second;
  status = f();
  // What was waited for may have ended the context.
  if (const auto ended = model().lost.find(current); ended != model().lost.end()) status = ended->second;
  if (status != cudaSuccess) last = status;
  return status;
}

/// Calls that a capture does not allow: they end it.
inline cudaError_t refused_while_capturing(CUstream_st& stream) {
  if (!stream.captured) return cudaSuccess;
  stream.broken = true;
  return cudaErrorStreamCaptureUnsupported;
}

}  // namespace lockstep::test::fake
