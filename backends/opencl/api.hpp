#pragma once

// The OpenCL C API with owners for its handles. OpenCL 1.2, which every vendor has; the only place that includes
// CL/cl.h.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <CL/cl_ext.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep::opencl {

/// Owns one handle; releases it at the end.
template <class T, cl_int (*kRelease)(T)>
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
    if (handle_) kRelease(handle_);
  }

  T get() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != nullptr; }

 private:
  T handle_ = nullptr;
};

using ContextHandle = Owner<cl_context, clReleaseContext>;
using QueueHandle = Owner<cl_command_queue, clReleaseCommandQueue>;
using Memory = Owner<cl_mem, clReleaseMemObject>;
using ProgramHandle = Owner<cl_program, clReleaseProgram>;
using KernelHandle = Owner<cl_kernel, clReleaseKernel>;
using EventHandle = Owner<cl_event, clReleaseEvent>;

/// "CL_OUT_OF_RESOURCES", or the number of an unknown status.
std::string name_of(cl_int status);

/// True for the failures of allocations.
constexpr bool is_lack_of_memory(cl_int status) {
  return status == CL_MEM_OBJECT_ALLOCATION_FAILURE || status == CL_OUT_OF_HOST_MEMORY;
}

/// Throws an Error for any status but success: `out_of_memory` for failed allocations, `device` for all else.
/// `what` says what was being done, for example "run a kernel".
void check(cl_int status, std::string_view what);

/// Properties that are texts, numbers or lists. Empty or 0 where the driver has no answer.
std::string text_of(cl_device_id device, cl_device_info name);
std::string text_of(cl_platform_id platform, cl_platform_info name);

template <class T>
T number_of(cl_device_id device, cl_device_info name) {
  T value{};
  return clGetDeviceInfo(device, name, sizeof(T), &value, nullptr) == CL_SUCCESS ? value : T{};
}

}  // namespace lockstep::opencl
