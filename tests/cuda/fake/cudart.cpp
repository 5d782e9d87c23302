// The functions of the CUDA runtime that the backend calls, but for memory (cudart_memory.cpp). What each may do is in
// NVIDIA's documentation of the runtime; where that leaves a choice, this takes the one that is worse for the caller.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <utility>

#include "backends/cuda/precompiled.hpp"
#include "call.hpp"
#include "cuda/host_grid.hpp"
#include "package.hpp"

using namespace lockstep::test;
using namespace lockstep::test::fake;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// One of the driver's error states or names, as far as tests look at them.
struct ErrorRow {
  cudaError_t status;
  const char *name, *text;
};
constexpr ErrorRow kErrors[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorIllegalAddress, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {cudaErrorLaunchFailure, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {cudaErrorSymbolNotFound, "cudaErrorSymbolNotFound", "named symbol not found"},
    {cudaErrorNoKernelImageForDevice, "cudaErrorNoKernelImageForDevice", "no kernel image is available"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
};
const ErrorRow* row_of(cudaError_t status) {
  return std::find_if(std::begin(kErrors), std::end(kErrors), [&](const ErrorRow& r) { return r.status == status; });
}

}  // namespace

extern "C" {

const char* cudaGetErrorName(cudaError_t status) {
  return row_of(status) == std::end(kErrors) ? "cudaErrorOfAnotherKind" : row_of(status)->name;
}
const char* cudaGetErrorString(cudaError_t status) {
  return row_of(status) == std::end(kErrors) ? "another error" : row_of(status)->text;
}
cudaError_t cudaGetLastError() { return std::exchange(last, cudaSuccess); }
cudaError_t cudaPeekAtLastError() { return last; }

cudaError_t cudaDriverGetVersion(int* version) {
  *version = machine().driver;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  return call(__func__, [&] {
    *count = machine().devices;
    return *count == 0 ? cudaErrorNoDevice : cudaSuccess;
  });
}
cudaError_t cudaSetDevice(int device) {
  current = device;
  return call(__func__, [] { return cudaSuccess; });
}
cudaError_t cudaGetDevice(int* device) {
  *device = current;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  return call(__func__, [&] {
    switch (attribute) {
      case cudaDevAttrComputeCapabilityMajor:
        *value = machine().capability / 10;
        break;
      case cudaDevAttrComputeCapabilityMinor:
        *value = machine().capability % 10;
        break;
      case cudaDevAttrMultiProcessorCount:
        *value = 4;
        break;
      case cudaDevAttrMemoryPoolsSupported:
        *value = machine().pools;
        break;
      case cudaDevAttrMaxGridDimX:
        *value = std::numeric_limits<int>::max();
        break;
      default:
        *value = 1024;
    }
    return cudaSuccess;
  });
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  return call(__func__, [&] {
    std::strcpy(properties->name, "CUDA on the host");
    properties->totalGlobalMem = machine().memory;
    return cudaSuccess;
  });
}
cudaError_t cudaDeviceCanAccessPeer(int* can, int device, int peer) {
  return call(__func__, [&] {
    *can = machine().peers && device != peer;
    return cudaSuccess;
  });
}
cudaError_t cudaDeviceEnablePeerAccess(int, unsigned) {
  return call(__func__, [] { return machine().peers ? cudaSuccess : cudaErrorPeerAccessUnsupported; });
}

// Streams and events.

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  return call(__func__, [&] {
    *stream = new CUstream_st;
    (*stream)->device = current;
    model().streams.push_back(*stream);
    return cudaSuccess;
  });
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  return call(__func__, [&] {
    model().drain(*stream, stream->queued);  // CUDA lets it finish
    std::erase(model().streams, stream);
    delete stream;
    return cudaSuccess;
  });
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return call(__func__, [&] {
    if (const cudaError_t status = refused_while_capturing(*stream); status != cudaSuccess) return status;
    model().drain(*stream, stream->queued);
    return cudaSuccess;
  });
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  return call(__func__, [&] { return model().push(*stream, {nullptr, event->moment}); });
}
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  return call(__func__, [&] {
    return model().push(*stream, {[=] {
      function(data);
      return cudaSuccess;
    }});
  });
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  return call(__func__, [&] {
    *event = new CUevent_st{current, (flags & cudaEventDisableTiming) == 0, nullptr};
    return cudaSuccess;
  });
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  return call(__func__, [&] {
    delete event;
    return cudaSuccess;
  });
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return call(__func__, [&] {
    if (event->device != stream->device) return cudaErrorInvalidResourceHandle;
    if (const cudaError_t status = refused_while_capturing(*stream); status != cudaSuccess) return status;
    auto moment = std::make_shared<Moment>();
    moment->stream = stream;
    moment->place = stream->queued + 1;
    event->moment = moment;
    return model().push(*stream, {[=] {
      moment->done = true;
      moment->seconds = now();
      return cudaSuccess;
    }});
  });
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  return call(__func__, [&] {
    if (!event->moment || event->moment->done) return cudaSuccess;
    // Each question lets the stream do one more step.
    CUstream_st& stream = *event->moment->stream;
    model().drain(stream, stream.done + 1);
    return cudaErrorNotReady;
  });
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return call(__func__, [&] {
    if (event->moment && !event->moment->done) model().drain(*event->moment->stream, event->moment->place);
    return cudaSuccess;
  });
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  return call(__func__, [&] {
    if (!from->timed || !to->timed || !from->moment || !to->moment) return cudaErrorInvalidResourceHandle;
    if (!from->moment->done || !to->moment->done) return cudaErrorNotReady;
    *milliseconds = static_cast<float>((to->moment->seconds - from->moment->seconds) * 1e3);
    return cudaSuccess;
  });
}

// Kernels.

cudaError_t cudaLibraryLoadData(cudaLibrary_t* library, const void* code, cudaJitOption*, void**, unsigned,
                                cudaLibraryOption*, void**, unsigned) {
  return call(__func__, [&] {
    auto loaded = std::make_unique<CUlib_st>();
    for (const lockstep::cuda::Precompiled& p : lockstep::cuda::precompiled_kernels())
      if (p.code.data() == code) loaded->text = {p.text, p.entry, defines_of(p.options)};
    if (loaded->text.text.empty() && !unpack(static_cast<const char*>(code), loaded->text))
      return cudaErrorInvalidKernelImage;
    *library = loaded.release();
    return cudaSuccess;
  });
}
cudaError_t cudaLibraryUnload(cudaLibrary_t library) {
  return call(__func__, [&] {
    delete library;
    return cudaSuccess;
  });
}
cudaError_t cudaLibraryGetKernel(cudaKernel_t* kernel, cudaLibrary_t library, const char* entry) {
  return call(__func__, [&] {
    if (library->text.text.find(std::string(entry) + "(") == std::string::npos) return cudaErrorSymbolNotFound;
    library->text.entry = entry;
    library->compiled = std::make_unique<HostLibrary>(std::vector{library->text});
    *kernel = new CUkern_st{library->compiled->kernels().front()};  // handles of kernels are never destroyed
    return cudaSuccess;
  });
}
cudaError_t cudaLaunchKernel(const void* function, dim3 grid, dim3 block, void** arguments, std::size_t,
                             cudaStream_t stream) {
  return call(__func__, [&] {
    if (grid.x == 0 || block.x == 0 || block.x > 1024) return cudaErrorInvalidConfiguration;
    const HostKernel kernel = static_cast<const CUkern_st*>(function)->kernel;
    std::vector<std::uint64_t> words;
    for (unsigned i = 0; i < kernel.arguments; ++i) words.push_back(*static_cast<const std::uint64_t*>(arguments[i]));
    return model().push(*stream, {[=]() mutable {
      if (const cudaError_t failure = std::exchange(model().kernel_failure, cudaSuccess)) return failure;
      std::vector<void*> places;
      for (std::uint64_t& word : words) places.push_back(&word);
      run_grid(kernel.entry, kernel.state, places.data(), grid.x, block.x, kernel.has_barriers);
      ++model().kernels;
      return cudaSuccess;
    }});
  });
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  return call(__func__, [&] {
    *attributes = {};
    attributes->ptxVersion = attributes->binaryVersion = model().registered_for(current);
    return cudaSuccess;
  });
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, const void*, int, std::size_t,
                                                                   unsigned) {
  return call(__func__, [&] {
    *blocks = 2;
    return cudaSuccess;
  });
}

// Graphs.

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  return call(__func__, [&] {
    if (stream->captured) return cudaErrorIllegalState;
    stream->captured = std::make_unique<CUgraph_st>();
    stream->broken = false;
    return cudaSuccess;
  });
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  auto captured = std::move(stream->captured);  // it is over, also where this fails
  return call(__func__, [&] {
    if (!captured) return cudaErrorIllegalState;
    if (stream->broken) return cudaErrorStreamCaptureInvalidated;
    *graph = captured.release();
    return cudaSuccess;
  });
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* ready, cudaGraph_t graph, unsigned long long) {
  return call(__func__, [&] {
    if (!machine().graphs) return cudaErrorNotSupported;
    *ready = new CUgraphExec_st{*graph, current};
    return cudaSuccess;
  });
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  return call(__func__, [&] {
    if (graph->device != stream->device) return cudaErrorInvalidValue;
    for (const Work& work : graph->graph.work) static_cast<void>(model().push(*stream, {work}));
    return cudaSuccess;
  });
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  return call(__func__, [&] {
    delete graph;
    return cudaSuccess;
  });
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) {
  return call(__func__, [&] {
    delete graph;
    return cudaSuccess;
  });
}

}  // extern "C"

namespace lockstep::test::fake {

cudaError_t queue_work(const char* name, cudaStream_t stream, const std::function<void()>& work) {
  return call(name, [&] {
    return model().push(*stream, {[=] {
      if (const cudaError_t failure = std::exchange(model().kernel_failure, cudaSuccess)) return failure;
      try {
        work();
      } catch (const std::exception& fault) {  // not through the backend's destructors
        std::fprintf(stderr, "%s\n", fault.what());
        return cudaErrorLaunchFailure;
      }
      ++model().kernels;
      return cudaSuccess;
    }});
  });
}

}  // namespace lockstep::test::fake
