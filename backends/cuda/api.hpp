#pragma once

// The CUDA runtime with owners for its handles; the only place that includes it. It is linked statically, and finds the
// driver by itself when it is called first.
#include <cuda_runtime_api.h>

#include <string>
#include <utility>

namespace lockstep::cuda {

/// Owns one handle; releases it at the end. What goes wrong there is the trouble of the next call.
template <class T, cudaError_t (*kRelease)(T)>
class Owner {
 public:
  Owner() = default;
  explicit Owner(T handle) : handle_(handle) {}
  Owner(Owner&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owner& operator=(Owner&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owner() {
    if (handle_) static_cast<void>(kRelease(handle_));
  }

  T get() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != nullptr; }

 private:
  T handle_ = nullptr;
};

using Memory = Owner<void*, cudaFree>;
using PinnedMemory = Owner<void*, cudaFreeHost>;
using StreamHandle = Owner<cudaStream_t, cudaStreamDestroy>;
using EventHandle = Owner<cudaEvent_t, cudaEventDestroy>;
using Library = Owner<cudaLibrary_t, cudaLibraryUnload>;

/// "cudaErrorIllegalAddress (an illegal memory access was encountered)".
std::string name_of(cudaError_t status);

/// True for what ends a device's context: every later call on it fails as well.
bool is_sticky(cudaError_t status) noexcept;

/// "12.4" for 12040.
std::string version_text(int version);

}  // namespace lockstep::cuda
