#include "model.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>

namespace lockstep::test::fake {
namespace {

constexpr std::align_val_t kAlignment{256};
constexpr int kFresh = 0xcd, kFreed = 0xdb;
constexpr std::uint64_t kPainted = std::uint64_t{16} << 20;  // of larger blocks the first part; painting takes time

}  // namespace

Model& model() {
  static Model* model = new Model;  // outlives all that is destroyed at the end of the process
  return *model;
}

void Model::drain(CUstream_st& stream, std::uint64_t place) {
  while (stream.done < place && !stream.steps.empty()) {
    const Step step = std::move(stream.steps.front());
    stream.steps.pop_front();
    if (step.after && !step.after->done) drain(*step.after->stream, step.after->place);
    // Nothing runs in a context that has ended, but everything counts as done.
    if (step.work && !lost.contains(stream.device))
      if (const cudaError_t status = step.work(); status != cudaSuccess) lost[stream.device] = status;
    ++stream.done;
  }
}

void Model::drain_device(int device) {
  for (CUstream_st* stream : streams)
    if (stream->device == device) drain(*stream, stream->queued);
}

cudaError_t Model::push(CUstream_st& stream, Step step) {
  if (stream.captured) {
    if (step.after) {  // of work outside: the capture cannot know it
      stream.broken = true;
      return cudaErrorStreamCaptureIsolation;
    }
    stream.captured->work.push_back(std::move(step.work));
    return cudaSuccess;
  }
  stream.steps.push_back(std::move(step));
  ++stream.queued;
  return cudaSuccess;
}

bool Model::is_capturing() const {
  return std::any_of(streams.begin(), streams.end(), [](const CUstream_st* s) { return s->captured != nullptr; });
}

const Block* Model::block_of(const std::map<const std::byte*, Block>& blocks, const void* at, std::uint64_t bytes) {
  const auto* first = static_cast<const std::byte*>(at);
  auto after = blocks.upper_bound(first);
  if (after == blocks.begin()) return nullptr;
  const auto& [start, block] = *--after;
  return first + bytes <= start + block.bytes ? &block : nullptr;
}

cudaError_t Model::allocate(void** memory, std::uint64_t bytes, int device) {
  if (bytes > machine.memory - used[device]) return cudaErrorMemoryAllocation;
  auto* block = new (kAlignment, std::nothrow) std::byte[bytes];
  if (!block) return cudaErrorMemoryAllocation;
  std::memset(block, kFresh, std::min(bytes, kPainted));
  device_memory[block] = {bytes, device};
  used[device] += bytes;
  *memory = block;
  return cudaSuccess;
}

void Model::release(void* memory) {
  const auto found = device_memory.find(static_cast<std::byte*>(memory));
  used[found->second.device] -= found->second.bytes;
  std::memset(memory, kFreed, std::min(found->second.bytes, kPainted));
  device_memory.erase(found);
  operator delete[](memory, kAlignment);
}

Machine& machine() { return model().machine; }

void reset() {
  const std::lock_guard lock(model().mutex);
  model().machine = {};
  // What a lost device could not give back, and work that it never did: its targets are gone.
  for (CUstream_st* stream : model().streams) stream->steps.clear();
  model().streams.clear();
  model().device_memory.clear();
  model().used.clear();
  model().lost.clear();
  model().calls.clear();
  model().failures.clear();
  model().kernel_failure = cudaSuccess;
  model().kernels = 0;
}

void fail(const std::string& function, cudaError_t status, int times, int after) {
  const std::lock_guard lock(model().mutex);
  model().failures[function] = {status, times, after};
}

void fail_kernel(cudaError_t status) {
  const std::lock_guard lock(model().mutex);
  model().kernel_failure = status;
}

std::uint64_t calls(const std::string& function) {
  const std::lock_guard lock(model().mutex);
  return model().calls[function];
}

std::uint64_t calls_with(const std::string& part) {
  const std::lock_guard lock(model().mutex);
  std::uint64_t count = 0;
  for (const auto& [name, times] : model().calls) count += name.find(part) == std::string::npos ? 0 : times;
  return count;
}

std::vector<int> registered_architectures() { return model().registered; }

std::uint64_t allocated() {
  const std::lock_guard lock(model().mutex);
  std::uint64_t bytes = 0;
  for (const auto& [device, used] : model().used) bytes += used;
  return bytes;
}

std::uint64_t kernels_run() {
  const std::lock_guard lock(model().mutex);
  return model().kernels;
}

}  // namespace lockstep::test::fake
