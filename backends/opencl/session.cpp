#include "backends/opencl/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "lockstep/error.hpp"

namespace lockstep::opencl {
namespace {

constexpr const char* kOpenAnew = "Open it anew, or another device; `lockstep devices` lists them.";

bool environment_says(const char* name, std::string_view value) {
  const char* text = std::getenv(name);
  return text && value == text;
}

text::Target target_of(const DeviceInfo& info) {
  if (environment_says("LOCKSTEP_OPENCL_SHAPE", "gpu")) return text::Target::gpu;
  if (environment_says("LOCKSTEP_OPENCL_SHAPE", "cpu")) return text::Target::processor;
  return info.is_gpu ? text::Target::gpu : text::Target::processor;
}

std::uint64_t local_bytes_of(cl_device_id device) {
  const auto bytes = number_of<cl_ulong>(device, CL_DEVICE_LOCAL_MEM_SIZE);
  const char* less = std::getenv("LOCKSTEP_OPENCL_LOCAL_MEMORY");
  return less ? std::min<std::uint64_t>(bytes, std::strtoull(less, nullptr, 10)) : bytes;
}

bool divides_in_f64(const Session& s) {
  const auto config = number_of<cl_device_fp_config>(s.found.device, CL_DEVICE_SINGLE_FP_CONFIG);
  const bool exact = (config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
  return s.info.has_f64 && (!exact || environment_says("LOCKSTEP_OPENCL_DIVIDE", "f64"));
}

}  // namespace

bool Kernel::remember(cl_uint index, std::size_t bytes, const void* value) {
  if (given_.size() <= index) given_.resize(index + 1);
  std::vector<std::byte>& old = given_[index];
  if (old.size() == bytes && std::memcmp(old.data(), value, bytes) == 0) return false;
  const auto* from = static_cast<const std::byte*>(value);
  old.assign(from, from + bytes);
  return true;
}

void Kernel::give(cl_uint index, std::size_t bytes, const void* value) {
  const cl_int status = clSetKernelArg(get(), index, bytes, value);
  if (status != CL_SUCCESS) given_[index].clear();
  check(status, "take the arguments of a kernel");
}

void Kernel::set(cl_uint index, std::size_t bytes, const void* value) {
  if (remember(index, bytes, value)) give(index, bytes, value);
}

void Kernel::set(cl_uint index, const Allocation& allocation) {
  const cl_mem memory = allocation.memory.get();
  if (remember(index, sizeof allocation.number, &allocation.number)) give(index, sizeof memory, &memory);
}

void Session::check(cl_int status, std::string_view what) {
  if (status == CL_SUCCESS) return;
  if (is_lack_of_memory(status)) opencl::check(status, what);
  if (!answers(status)) lost_ = true;
  throw Error(Code::device,
              fmt::format("{} ({}) failed to {}{}", info.name, info.description, what, lost_ ? "; it is lost" : ""),
              kOpenAnew, name_of(status));
}

bool Session::answers(cl_int status) const {
  if (status == CL_DEVICE_NOT_AVAILABLE) return false;
  // After a fault of a kernel some drivers refuse everything in its context: an empty command shows it.
  return clEnqueueMarkerWithWaitList(transfers.get(), 0, nullptr, nullptr) == CL_SUCCESS &&
         clFinish(transfers.get()) == CL_SUCCESS;
}

void Session::require_alive() const {
  if (!lost_) return;
  throw Error(Code::device, fmt::format("{} ({}) is lost: it failed earlier", info.name, info.description), kOpenAnew);
}

Session::Session(const Found& which) : found(which), info(describe(which)), target(target_of(info)) {
  divide_in_f64 = divides_in_f64(*this);
  parameter_bytes = number_of<std::size_t>(found.device, CL_DEVICE_MAX_PARAMETER_SIZE);
  local_bytes = local_bytes_of(found.device);
  cl_int status = CL_SUCCESS;
  const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
                                              reinterpret_cast<cl_context_properties>(found.platform), 0};
  context = ContextHandle(clCreateContext(properties, 1, &found.device, nullptr, nullptr, &status));
  opencl::check(status, "open a context");
  transfers = make_queue();
  compiler = std::make_unique<Compiler>(found, context.get(), DiskCache::from_environment());
}

Memory Session::make_buffer(std::uint64_t bytes, cl_mem_flags flags) {
  require_alive();
  const auto largest = number_of<cl_ulong>(found.device, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
  if (largest != 0 && bytes > largest)
    throw Error(Code::out_of_memory,
                fmt::format("{} bytes are more than one buffer of {} may have: {}", bytes, info.name, largest),
                "Use several smaller arrays, or another device.", "CL_DEVICE_MAX_MEM_ALLOC_SIZE");
  cl_int status = CL_SUCCESS;
  Memory memory(clCreateBuffer(context.get(), CL_MEM_READ_WRITE | flags, bytes, nullptr, &status));
  if (status == CL_INVALID_BUFFER_SIZE) status = CL_MEM_OBJECT_ALLOCATION_FAILURE;
  check(status, fmt::format("allocate {} bytes", bytes));
  return memory;
}

Allocation Session::allocate(std::uint64_t bytes) {
  const bool unified = number_of<cl_bool>(found.device, CL_DEVICE_HOST_UNIFIED_MEMORY) != 0;
  Memory memory = make_buffer(bytes, unified ? CL_MEM_ALLOC_HOST_PTR : 0);
  // Many drivers allocate at the first use only: use it, so that a lack of memory shows here.
  cl_mem handle = memory.get();
  cl_int status = clEnqueueMigrateMemObjects(transfers.get(), 1, &handle, CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED, 0,
                                             nullptr, nullptr);
  if (status == CL_SUCCESS) status = clFinish(transfers.get());
  if (status == CL_OUT_OF_RESOURCES) status = CL_MEM_OBJECT_ALLOCATION_FAILURE;
  check(status, fmt::format("allocate {} bytes", bytes));
  return numbered(std::move(memory));
}

Session::Mapping Session::map_host_memory(std::uint64_t bytes) {
  Memory memory = make_buffer(bytes, CL_MEM_ALLOC_HOST_PTR);
  cl_int status = CL_SUCCESS;
  void* data = clEnqueueMapBuffer(transfers.get(), memory.get(), CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, bytes, 0,
                                  nullptr, nullptr, &status);
  if (status == CL_MAP_FAILURE || status == CL_OUT_OF_RESOURCES) status = CL_MEM_OBJECT_ALLOCATION_FAILURE;
  check(status, fmt::format("map {} bytes of host memory", bytes));
  return {std::move(memory), static_cast<std::byte*>(data)};
}

QueueHandle Session::make_queue() const {
  cl_int status = CL_SUCCESS;
  QueueHandle queue(clCreateCommandQueue(context.get(), found.device, CL_QUEUE_PROFILING_ENABLE, &status));
  opencl::check(status, "open a queue");
  return queue;
}

Kernel Session::compile(const std::string& source, const char* name) const {
  const ProgramHandle program = compiler->build(source, "", "a generated kernel");
  cl_int status = CL_SUCCESS;
  KernelHandle kernel(clCreateKernel(program.get(), name, &status));
  opencl::check(status, "find a kernel");
  return Kernel(std::move(kernel));
}

}  // namespace lockstep::opencl
