#pragma once

// What stands for CUB's algorithms on the host: Thrust's host backend, run when the stream's work is.
#include <cuda_runtime_api.h>
#include <thrust/execution_policy.h>

#include <cstddef>
#include <cstring>
#include <functional>

#include "fake_cuda.hpp"

namespace lockstep::test::fake {

/// A call of CUB: without scratch memory it asks for `needed` bytes, with too little it fails. What is there is
/// scribbled over before `work` is done, which `stream` does in its turn.
inline cudaError_t cub_call(const char* name, void* scratch, std::size_t& bytes, std::size_t needed,
                            cudaStream_t stream, const std::function<void()>& work) {
  if (!scratch) {
    bytes = needed;
    return cudaSuccess;
  }
  if (bytes < needed || !is_device_memory(scratch, needed)) return cudaErrorInvalidValue;
  return queue_work(name, stream, [=] {
    std::memset(scratch, 0xa5, needed);
    work();
  });
}

}  // namespace lockstep::test::fake
