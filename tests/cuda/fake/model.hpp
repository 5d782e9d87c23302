#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cuda/host_compiler.hpp"
#include "fake_cuda.hpp"

namespace lockstep::test::fake {

/// One recording of an event: a place in a stream's work.
struct Moment {
  CUstream_st* stream = nullptr;
  std::uint64_t place = 0;  ///< the number of the step that ends it
  bool done = false;
  double seconds = 0;
};

/// A piece of a stream's work. What fails ends the device's context.
using Work = std::function<cudaError_t()>;
struct Step {
  Work work;
  std::shared_ptr<Moment> after{};  ///< which has to be done first
};

struct Block {
  std::uint64_t bytes = 0;
  int device = 0;
};

}  // namespace lockstep::test::fake

// The runtime's own names for what its handles point to.
struct CUgraph_st {
  std::vector<lockstep::test::fake::Work> work;
};
struct CUgraphExec_st {
  CUgraph_st graph;
  int device = 0;
};
struct CUstream_st {
  int device = 0;
  std::deque<lockstep::test::fake::Step> steps;
  std::uint64_t queued = 0, done = 0;
  std::unique_ptr<CUgraph_st> captured;  ///< while work is captured instead of queued
  bool broken = false;                   ///< the capture, by a call that it does not allow
};
struct CUevent_st {
  int device = 0;
  bool timed = true;
  std::shared_ptr<lockstep::test::fake::Moment> moment;
};
struct CUlib_st {
  lockstep::test::KernelText text;
  std::unique_ptr<lockstep::test::HostLibrary> compiled;
};
struct CUkern_st {
  lockstep::test::HostKernel kernel;
};
struct CUmemPoolHandle_st {
  int device = 0;
  std::uint64_t keeps = 0;  ///< the release threshold
};

namespace lockstep::test::fake {

/// Everything; under one lock.
struct Model {
  std::recursive_mutex mutex;
  Machine machine;
  std::map<int, cudaError_t> lost;  ///< devices whose context has ended, and by what
  std::map<std::string, std::uint64_t> calls;
  struct Failure {
    cudaError_t status;
    int times, after;
  };
  std::map<std::string, Failure> failures;
  cudaError_t kernel_failure = cudaSuccess;
  std::vector<int> registered;  ///< architectures of the PTX that nvcc registered, ascending
  std::uint64_t kernels = 0;
  std::map<const std::byte*, Block> device_memory, pinned_memory;
  std::map<int, std::uint64_t> used;  ///< bytes of device memory
  std::vector<CUstream_st*> streams;

  /// Does a stream's work up to a step, and that of others that it waits for.
  void drain(CUstream_st& stream, std::uint64_t place);
  void drain_device(int device);
  /// Queues or captures.
  cudaError_t push(CUstream_st& stream, Step step);
  bool is_capturing() const;
  /// The registered PTX that a device takes: the first one the oldest, others the newest, so that tests have both.
  int registered_for(int device) const { return device == 0 ? registered.at(0) : registered.back(); }
  /// The block that holds all these bytes, if there is one.
  static const Block* block_of(const std::map<const std::byte*, Block>& blocks, const void* at, std::uint64_t bytes);
  cudaError_t allocate(void** memory, std::uint64_t bytes, int device);
  void release(void* memory);
};

Model& model();

}  // namespace lockstep::test::fake
