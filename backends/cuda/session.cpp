#include "backends/cuda/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "backends/cuda/precompiled.hpp"
#include "lockstep/error.hpp"

namespace lockstep::cuda {
namespace {

constexpr std::size_t kMostSuspects = 4;

bool environment_says(const char* name, std::string_view value) {
  const char* text = std::getenv(name);
  return text && value == text;
}

}  // namespace

Session::Session(const Found& which, const Platform& platform)
    : found(which),
      info(describe(which, platform)),
      synchronous(environment_says("LOCKSTEP_CUDA_SYNC", "1")),
      compiler_(which, platform, DiskCache::from_environment()) {
  use();
}

void Session::use() const {
  {
    const std::lock_guard lock(mutex_);
    if (!lost_.empty())
      throw Error(Code::device, fmt::format("{} is lost since an earlier failure", info.name),
                  "Use another device, or start the program anew: a CUDA device does not recover within a process.",
                  lost_);
  }
  check(cudaSetDevice(found.number), "open the device");
}

std::string Session::suspects() const {
  std::string names;
  for (const std::string& name : launched_) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "no kernel was under way" : "kernels under way, the newest last: " + names;
}

void Session::check(cudaError_t status, std::string_view what) const {
  if (status == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // an error that is not sticky is over
  const std::string name = name_of(status);
  if (status == cudaErrorMemoryAllocation)
    throw Error(Code::out_of_memory, fmt::format("{} ran out of memory while it was to {}", info.name, what),
                "Free arrays, or use smaller ones.", name);
  const std::lock_guard lock(mutex_);
  const std::string details = fmt::format("{}; {}", name, suspects());
  if (is_sticky(status)) lost_ = details;
  throw Error(Code::device, fmt::format("{} failed to {}{}", info.name, what, is_sticky(status) ? ", and is lost" : ""),
              is_sticky(status)
                  ? "Set LOCKSTEP_CUDA_SYNC=1 to learn which kernel it was; run it under compute-sanitizer. "
                    "Other devices go on."
                  : "`lockstep devices` tells what the device can do.",
              details);
}

Memory Session::allocate(std::uint64_t bytes) const {
  use();
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());
    std::size_t free = 0, total = 0;
    static_cast<void>(cudaMemGetInfo(&free, &total));
    throw Error(Code::out_of_memory,
                fmt::format("{} has no room for {} bytes: {} of {} bytes are free", info.name, bytes, free, total),
                "Free arrays, or use smaller ones.", name_of(status));
  }
  check(status, "allocate memory");
  return Memory(memory);
}

PinnedMemory Session::allocate_pinned(std::uint64_t bytes) const {
  void* memory = nullptr;
  check(cudaMallocHost(&memory, bytes), "allocate host memory for copies");
  return PinnedMemory(memory);
}

EventHandle Session::make_event(unsigned flags) const {
  cudaEvent_t event = nullptr;
  check(cudaEventCreateWithFlags(&event, flags), "make an event");
  return EventHandle(event);
}

void Session::reach(int other) const {
  {
    const std::lock_guard lock(mutex_);
    if (std::find(reached_.begin(), reached_.end(), other) != reached_.end()) return;
    reached_.push_back(other);
  }
  int can = 0;
  if (cudaDeviceCanAccessPeer(&can, found.number, other) == cudaSuccess && can != 0)
    static_cast<void>(cudaDeviceEnablePeerAccess(other, 0));
  static_cast<void>(cudaGetLastError());  // they copy through the host then
}

cudaError_t Session::open(std::span<const std::byte> code, const char* entry, KernelHandle& handle) const {
  cudaLibrary_t library = nullptr;
  cudaError_t status = cudaLibraryLoadData(&library, code.data(), nullptr, nullptr, 0, nullptr, nullptr, 0);
  if (status != cudaSuccess) return status;
  handle.library = Library(library);
  return cudaLibraryGetKernel(&handle.kernel, library, entry);
}

KernelHandle Session::load(const Compiler::Source& source, const char* entry) const {
  use();
  KernelHandle handle;
  handle.name = source.name;
  cudaError_t status = cudaErrorInvalidKernelImage;
  // What is there already may be refused by this driver: then it is compiled anew.
  const auto is_refused = [&] {
    if (status == cudaSuccess || is_sticky(status)) return false;
    static_cast<void>(cudaGetLastError());
    return true;
  };
  if (const Precompiled* ready = find_precompiled(source, entry, found.architecture)) {
    status = open(ready->code, entry, handle);
    if (!is_refused()) {
      check(status, fmt::format("load {}", source.what));
      return handle;
    }
  }
  const std::string key = compiler_.key_of(source);
  std::vector<std::byte> code = compiler_.cached(key);
  if (!code.empty()) status = open(code, entry, handle);
  if (code.empty() || is_refused()) {
    if (!code.empty()) compiler_.forget(key);
    code = compiler_.compile(source, key);
    status = open(code, entry, handle);
  }
  if (status == cudaErrorSymbolNotFound || status == cudaErrorInvalidDeviceFunction) {
    static_cast<void>(cudaGetLastError());
    throw Error(Code::compile, fmt::format("the source of {} has no entry '{}'", source.what, entry),
                "KernelSource::entry must name an extern \"C\" __global__ function of the text.", name_of(status));
  }
  check(status, fmt::format("load {}", source.what));
  return handle;
}

void Session::note_launch(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  if (launched_.size() == kMostSuspects) launched_.erase(launched_.begin());
  launched_.push_back(name);
}

void Session::note_idle() const {
  const std::lock_guard lock(mutex_);
  launched_.clear();
}

}  // namespace lockstep::cuda
