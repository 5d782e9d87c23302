#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "backends/cuda/api.hpp"

namespace lockstep::cuda {

/// An operation of CUB's, compiled by nvcc: library.cu. Contract: kernels/library/README.md.
struct LibraryOperation {
  const char* name;  ///< NativeKernel::library
  /// Queues it for `n` elements. `arguments`: what follows the scratch memory, a word each. Like CUB's own functions,
  /// with no `scratch` it only says how many bytes that needs; then there are no arguments.
  cudaError_t (*run)(void* scratch, std::size_t& bytes, const std::uint64_t* arguments, std::uint64_t n,
                     cudaStream_t stream);
};

struct LibraryOperations {
  std::span<const LibraryOperation> all{};  ///< none in a build without nvcc
  /// Fails where the current device, or its driver, does not take what nvcc made.
  cudaError_t (*loads)() = nullptr;
};

const LibraryOperations& library_operations();

}  // namespace lockstep::cuda
