// The CUDA runtime's memory and copies; cudart.cpp has the rest.
#include <cstring>
#include <new>

#include "call.hpp"

using namespace lockstep::test::fake;

namespace {

constexpr std::align_val_t kPage{4096};

Step copying(void* to, const void* from, std::size_t bytes) {
  return {[=] {
    std::memmove(to, from, bytes);
    return cudaSuccess;
  }};
}

}  // namespace

extern "C" {

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  return call(__func__, [&] { return model().allocate(memory, bytes, current); });
}
cudaError_t cudaFree(void* memory) {
  return call(__func__, [&] {
    model().drain_device(current);
    model().release(memory);
    return cudaSuccess;
  });
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  return call(__func__, [&] {
    *total = machine().memory;
    *free = machine().memory - model().used[current];
    return cudaSuccess;
  });
}
cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  return call(__func__, [&] {
    if (bytes > machine().memory) return cudaErrorMemoryAllocation;
    auto* block = new (kPage) std::byte[bytes];
    model().pinned_memory[block] = {bytes, current};
    *memory = block;
    return cudaSuccess;
  });
}
cudaError_t cudaFreeHost(void* memory) {
  return call(__func__, [&] {
    std::memset(memory, 0xdb, model().pinned_memory.at(static_cast<std::byte*>(memory)).bytes);
    model().pinned_memory.erase(static_cast<std::byte*>(memory));
    ::operator delete[](memory, kPage);
    return cudaSuccess;
  });
}
cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps* properties) {
  return call(__func__, [&] {
    *pool = new CUmemPoolHandle_st{properties->location.id};
    return cudaSuccess;
  });
}
cudaError_t cudaMemPoolDestroy(cudaMemPool_t pool) {
  return call(__func__, [&] {
    delete pool;
    return cudaSuccess;
  });
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value) {
  return call(__func__, [&] {
    if (attribute != cudaMemPoolAttrReleaseThreshold) return cudaErrorInvalidValue;
    pool->keeps = *static_cast<std::uint64_t*>(value);
    return cudaSuccess;
  });
}
cudaError_t cudaMemPoolSetAccess(cudaMemPool_t, const cudaMemAccessDesc*, std::size_t) {
  return call(__func__, [] { return machine().peers ? cudaSuccess : cudaErrorInvalidDevice; });
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t) {
  return call(__func__, [] { return cudaSuccess; });
}
cudaError_t cudaMallocFromPoolAsync(void** memory, std::size_t bytes, cudaMemPool_t pool, cudaStream_t stream) {
  return call(__func__, [&] {
    if (const cudaError_t status = refused_while_capturing(*stream); status != cudaSuccess) return status;
    return model().allocate(memory, bytes, pool->device);
  });
}
cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
  return call(__func__, [&] {
    if (const cudaError_t status = refused_while_capturing(*stream); status != cudaSuccess) return status;
    return model().push(*stream, {[=] {
      model().release(memory);
      return cudaSuccess;
    }});
  });
}

// Copies: the memory of the host is read when the copy is done, not before.

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return call(__func__, [&] {
    const auto on_device = [&](const void* at) {
      const Block* block = Model::block_of(model().device_memory, at, bytes);
      return block && block->device == stream->device;
    };
    if (kind != cudaMemcpyHostToDevice && !on_device(from)) return cudaErrorInvalidValue;
    if (kind != cudaMemcpyDeviceToHost && !on_device(to)) return cudaErrorInvalidValue;
    return model().push(*stream, copying(to, from, bytes));
  });
}
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  return call(__func__, [&] {
    if (!Model::block_of(model().device_memory, to, bytes)) return cudaErrorInvalidValue;
    return model().push(*stream, {[=] {
      std::memset(to, value, bytes);
      return cudaSuccess;
    }});
  });
}
cudaError_t cudaMemcpyPeerAsync(void* to, int to_device, const void* from, int from_device, std::size_t bytes,
                                cudaStream_t stream) {
  return call(__func__, [&] {
    const Block* source = Model::block_of(model().device_memory, from, bytes);
    const Block* target = Model::block_of(model().device_memory, to, bytes);
    if (!source || !target || source->device != from_device || target->device != to_device)
      return cudaErrorInvalidValue;
    return model().push(*stream, copying(to, from, bytes));
  });
}

}  // extern "C"
