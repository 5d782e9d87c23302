#include "backends/opencl/info.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace lockstep::opencl {
namespace {

using Text = std::string (*)(const Found&);

std::string bytes(std::uint64_t n) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(n);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fmt::format("{:.4g} {}", value, kUnits[unit]);
}

std::string yes(bool value) { return value ? "yes" : "no"; }

bool f32_config(const Found& f, cl_device_fp_config bit) {
  return (number_of<cl_device_fp_config>(f.device, CL_DEVICE_SINGLE_FP_CONFIG) & bit) != 0;
}

std::string type_of(const Found& f) {
  const auto type = number_of<cl_device_type>(f.device, CL_DEVICE_TYPE);
  return (type & CL_DEVICE_TYPE_GPU)           ? "GPU"
         : (type & CL_DEVICE_TYPE_CPU)         ? "CPU"
         : (type & CL_DEVICE_TYPE_ACCELERATOR) ? "accelerator"
                                               : "custom";
}

std::string memory(const Found& f, cl_device_info name) { return bytes(number_of<cl_ulong>(f.device, name)); }

// "4096 x 4096 x 4096": how many work-items a group may have along each dimension.
std::string work_item_limits(const Found& f) {
  std::vector<std::size_t> limits(number_of<cl_uint>(f.device, CL_DEVICE_MAX_WORK_ITEM_DIMENSIONS));
  clGetDeviceInfo(f.device, CL_DEVICE_MAX_WORK_ITEM_SIZES, limits.size() * sizeof(std::size_t), limits.data(), nullptr);
  return fmt::format("{}", fmt::join(limits, " x "));
}

struct PropertyRow {
  const char* name;
  Text text;
};
constexpr PropertyRow kProperties[] = {
    {"platform", [](const Found& f) { return text_of(f.platform, CL_PLATFORM_NAME); }},
    {"vendor", [](const Found& f) { return text_of(f.device, CL_DEVICE_VENDOR); }},
    {"version", [](const Found& f) { return text_of(f.device, CL_DEVICE_VERSION); }},
    {"OpenCL C", [](const Found& f) { return text_of(f.device, CL_DEVICE_OPENCL_C_VERSION); }},
    {"driver", [](const Found& f) { return text_of(f.device, CL_DRIVER_VERSION); }},
    {"type", type_of},
    {"compute units",
     [](const Found& f) { return fmt::to_string(number_of<cl_uint>(f.device, CL_DEVICE_MAX_COMPUTE_UNITS)); }},
    {"clock",
     [](const Found& f) { return fmt::format("{} MHz", number_of<cl_uint>(f.device, CL_DEVICE_MAX_CLOCK_FREQUENCY)); }},
    {"global memory", [](const Found& f) { return memory(f, CL_DEVICE_GLOBAL_MEM_SIZE); }},
    {"local memory", [](const Found& f) { return memory(f, CL_DEVICE_LOCAL_MEM_SIZE); }},
    {"constant memory", [](const Found& f) { return memory(f, CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE); }},
    {"largest buffer", [](const Found& f) { return memory(f, CL_DEVICE_MAX_MEM_ALLOC_SIZE); }},
    {"work-group limit",
     [](const Found& f) { return fmt::to_string(number_of<std::size_t>(f.device, CL_DEVICE_MAX_WORK_GROUP_SIZE)); }},
    {"work-item limits", work_item_limits},
    {"f64", [](const Found& f) { return yes(has_f64(f.device)); }},
    {"f32 subnormals", [](const Found& f) { return yes(f32_config(f, CL_FP_DENORM)); }},
    {"f64 subnormals",
     [](const Found& f) {
       return yes((number_of<cl_device_fp_config>(f.device, CL_DEVICE_DOUBLE_FP_CONFIG) & CL_FP_DENORM) != 0);
     }},
    {"f32 correct divide", [](const Found& f) { return yes(f32_config(f, CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT)); }},
    {"unified memory", [](const Found& f) { return yes(number_of<cl_bool>(f.device, CL_DEVICE_HOST_UNIFIED_MEMORY)); }},
};

// Why generated programs cannot run; empty if they can.
std::string lacks(cl_device_id device) {
  if (!number_of<cl_bool>(device, CL_DEVICE_AVAILABLE)) return "it is not available now";
  if (!number_of<cl_bool>(device, CL_DEVICE_COMPILER_AVAILABLE)) return "its driver has no compiler";
  if (!number_of<cl_bool>(device, CL_DEVICE_ENDIAN_LITTLE)) return "it is big-endian";
  return {};
}

std::vector<cl_device_id> devices_of(cl_platform_id platform, cl_int& status) {
  cl_uint count = 0;
  status = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count);
  std::vector<cl_device_id> devices(status == CL_SUCCESS ? count : 0);
  if (!devices.empty()) status = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, devices.data(), nullptr);
  return devices;
}

}  // namespace

bool has_f64(cl_device_id device) {
  if (const char* off = std::getenv("LOCKSTEP_OPENCL_F64"); off && std::string_view(off) == "off") return false;
  return number_of<cl_device_fp_config>(device, CL_DEVICE_DOUBLE_FP_CONFIG) != 0;
}

std::vector<Found> find_devices(std::vector<std::string>& problems) {
  cl_uint count = 0;
  const cl_int status = clGetPlatformIDs(0, nullptr, &count);
  if (status == CL_PLATFORM_NOT_FOUND_KHR || (status == CL_SUCCESS && count == 0)) {
    problems.emplace_back("no OpenCL platform: install the driver of your GPU, or pocl-opencl-icd for the processor");
    return {};
  }
  if (status != CL_SUCCESS) {
    problems.push_back(fmt::format("the OpenCL loader failed to list platforms: {}", name_of(status)));
    return {};
  }
  std::vector<cl_platform_id> platforms(count);
  clGetPlatformIDs(count, platforms.data(), nullptr);

  std::vector<Found> found;
  for (cl_platform_id platform : platforms) {
    const std::string name = text_of(platform, CL_PLATFORM_NAME);
    cl_int result = CL_SUCCESS;
    const auto devices = devices_of(platform, result);
    if (result == CL_DEVICE_NOT_FOUND || (result == CL_SUCCESS && devices.empty()))
      problems.push_back(fmt::format("platform '{}' has no device", name));
    else if (result != CL_SUCCESS)
      problems.push_back(fmt::format("platform '{}' failed to list its devices: {}", name, name_of(result)));
    for (cl_device_id device : devices) {
      if (const std::string reason = lacks(device); !reason.empty())
        problems.push_back(fmt::format("device '{}' of platform '{}' cannot be used: {}",
                                       text_of(device, CL_DEVICE_NAME), name, reason));
      else
        found.push_back({platform, device, static_cast<int>(found.size())});
    }
  }
  return found;
}

DeviceInfo describe(const Found& found) {
  DeviceInfo info;
  info.name = fmt::format("opencl:{}", found.number);
  info.kind = "opencl";
  info.description = text_of(found.device, CL_DEVICE_NAME);
  info.memory = number_of<cl_ulong>(found.device, CL_DEVICE_GLOBAL_MEM_SIZE);
  info.is_gpu = (number_of<cl_device_type>(found.device, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_GPU) != 0;
  info.has_f64 = has_f64(found.device);
  info.units = static_cast<int>(number_of<cl_uint>(found.device, CL_DEVICE_MAX_COMPUTE_UNITS));
  for (const PropertyRow& row : kProperties) info.properties.emplace_back(row.name, row.text(found));
  return info;
}

}  // namespace lockstep::opencl
