#include "backends/opencl/api.hpp"

#include <fmt/format.h>

#include "lockstep/error.hpp"

namespace lockstep::opencl {
namespace {

struct StatusRow {
  cl_int status;
  const char* name;
};
#define LOCKSTEP_STATUS(name) \
  { name, #name }
constexpr StatusRow kStatuses[] = {
    LOCKSTEP_STATUS(CL_DEVICE_NOT_FOUND),
    LOCKSTEP_STATUS(CL_DEVICE_NOT_AVAILABLE),
    LOCKSTEP_STATUS(CL_COMPILER_NOT_AVAILABLE),
    LOCKSTEP_STATUS(CL_MEM_OBJECT_ALLOCATION_FAILURE),
    LOCKSTEP_STATUS(CL_OUT_OF_RESOURCES),
    LOCKSTEP_STATUS(CL_OUT_OF_HOST_MEMORY),
    LOCKSTEP_STATUS(CL_PROFILING_INFO_NOT_AVAILABLE),
    LOCKSTEP_STATUS(CL_MEM_COPY_OVERLAP),
    LOCKSTEP_STATUS(CL_BUILD_PROGRAM_FAILURE),
    LOCKSTEP_STATUS(CL_MAP_FAILURE),
    LOCKSTEP_STATUS(CL_MISALIGNED_SUB_BUFFER_OFFSET),
    LOCKSTEP_STATUS(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST),
    LOCKSTEP_STATUS(CL_INVALID_VALUE),
    LOCKSTEP_STATUS(CL_INVALID_PLATFORM),
    LOCKSTEP_STATUS(CL_INVALID_DEVICE),
    LOCKSTEP_STATUS(CL_INVALID_CONTEXT),
    LOCKSTEP_STATUS(CL_INVALID_QUEUE_PROPERTIES),
    LOCKSTEP_STATUS(CL_INVALID_COMMAND_QUEUE),
    LOCKSTEP_STATUS(CL_INVALID_HOST_PTR),
    LOCKSTEP_STATUS(CL_INVALID_MEM_OBJECT),
    LOCKSTEP_STATUS(CL_INVALID_BINARY),
    LOCKSTEP_STATUS(CL_INVALID_BUILD_OPTIONS),
    LOCKSTEP_STATUS(CL_INVALID_PROGRAM),
    LOCKSTEP_STATUS(CL_INVALID_PROGRAM_EXECUTABLE),
    LOCKSTEP_STATUS(CL_INVALID_KERNEL_NAME),
    LOCKSTEP_STATUS(CL_INVALID_KERNEL),
    LOCKSTEP_STATUS(CL_INVALID_ARG_INDEX),
    LOCKSTEP_STATUS(CL_INVALID_ARG_VALUE),
    LOCKSTEP_STATUS(CL_INVALID_ARG_SIZE),
    LOCKSTEP_STATUS(CL_INVALID_KERNEL_ARGS),
    LOCKSTEP_STATUS(CL_INVALID_WORK_DIMENSION),
    LOCKSTEP_STATUS(CL_INVALID_WORK_GROUP_SIZE),
    LOCKSTEP_STATUS(CL_INVALID_WORK_ITEM_SIZE),
    LOCKSTEP_STATUS(CL_INVALID_GLOBAL_OFFSET),
    LOCKSTEP_STATUS(CL_INVALID_EVENT),
    LOCKSTEP_STATUS(CL_INVALID_OPERATION),
    LOCKSTEP_STATUS(CL_INVALID_BUFFER_SIZE),
    LOCKSTEP_STATUS(CL_PLATFORM_NOT_FOUND_KHR),
};
#undef LOCKSTEP_STATUS

template <class Get>
std::string read_text(Get get) {
  std::size_t size = 0;
  if (get(0, nullptr, &size) != CL_SUCCESS || size == 0) return {};
  std::string text(size, '\0');
  if (get(size, text.data(), nullptr) != CL_SUCCESS) return {};
  while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

std::string name_of(cl_int status) {
  for (const StatusRow& row : kStatuses)
    if (row.status == status) return row.name;
  return fmt::format("OpenCL status {}", status);
}

void check(cl_int status, std::string_view what) {
  if (status == CL_SUCCESS) return;
  if (is_lack_of_memory(status))
    throw Error(Code::out_of_memory, fmt::format("the OpenCL device ran out of memory while it was to {}", what),
                "Free arrays, or use smaller ones.", name_of(status));
  throw Error(Code::device, fmt::format("the OpenCL device failed to {}", what),
              "Open the device anew, or another one; `lockstep devices` lists them.", name_of(status));
}

std::string text_of(cl_device_id device, cl_device_info name) {
  return read_text(
      [&](std::size_t n, void* to, std::size_t* size) { return clGetDeviceInfo(device, name, n, to, size); });
}
std::string text_of(cl_platform_id platform, cl_platform_info name) {
  return read_text(
      [&](std::size_t n, void* to, std::size_t* size) { return clGetPlatformInfo(platform, name, n, to, size); });
}

}  // namespace lockstep::opencl
