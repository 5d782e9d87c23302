#include "faults.hpp"

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>

#include <map>

namespace lockstep::test {
namespace {

struct Plan {
  struct Failing {
    cl_int status;
    int times;
  };
  std::map<std::string, Failing> faults;
  std::size_t most_items = 0;
};
Plan& plan() {
  static Plan plan;
  return plan;
}

cl_int fault_of(const char* call) {
  const auto found = plan().faults.find(call);
  return found == plan().faults.end() || found->second.times-- <= 0 ? CL_SUCCESS : found->second.status;
}

template <class F>
F loader_function(const char* name) {
  // Oclgrind is loaded before everything, in the place of the loader.
  if (void* const preloaded = dlsym(RTLD_NEXT, name)) return reinterpret_cast<F>(preloaded);
  static void* const loader = dlopen("libOpenCL.so.1", RTLD_LAZY);
  return reinterpret_cast<F>(dlsym(loader, name));
}

}  // namespace

Fault::Fault(std::string call, int status, int times) : call_(std::move(call)) {
  plan().faults[call_] = {status, times};
}
Fault::~Fault() { plan().faults.erase(call_); }

SmallGroups::SmallGroups(std::size_t most) { plan().most_items = most; }
SmallGroups::~SmallGroups() { plan().most_items = 0; }

}  // namespace lockstep::test

using lockstep::test::fault_of;
using lockstep::test::loader_function;

#define LOCKSTEP_PASS_ON(name, parameters, arguments)                 \
  extern "C" CL_API_ENTRY cl_int CL_API_CALL name parameters {        \
    if (const cl_int status = fault_of(#name)) return status;         \
    static const auto real = loader_function<decltype(&name)>(#name); \
    return real arguments;                                            \
  }

LOCKSTEP_PASS_ON(clGetPlatformIDs, (cl_uint n, cl_platform_id* ids, cl_uint* count), (n, ids, count))
LOCKSTEP_PASS_ON(clGetDeviceIDs,
                 (cl_platform_id platform, cl_device_type type, cl_uint n, cl_device_id* ids, cl_uint* count),
                 (platform, type, n, ids, count))
LOCKSTEP_PASS_ON(clBuildProgram,
                 (cl_program program, cl_uint n, const cl_device_id* devices, const char* options,
                  void(CL_CALLBACK* notify)(cl_program, void*), void* user),
                 (program, n, devices, options, notify, user))
LOCKSTEP_PASS_ON(clFinish, (cl_command_queue queue), (queue))
LOCKSTEP_PASS_ON(clWaitForEvents, (cl_uint n, const cl_event* events), (n, events))
LOCKSTEP_PASS_ON(clEnqueueMigrateMemObjects,
                 (cl_command_queue queue, cl_uint n, const cl_mem* memory, cl_mem_migration_flags flags, cl_uint waits,
                  const cl_event* events, cl_event* event),
                 (queue, n, memory, flags, waits, events, event))
LOCKSTEP_PASS_ON(clEnqueueNDRangeKernel,
                 (cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t* offset,
                  const size_t* global, const size_t* local, cl_uint waits, const cl_event* events, cl_event* event),
                 (queue, kernel, dimensions, offset, global, local, waits, events, event))

extern "C" CL_API_ENTRY cl_int CL_API_CALL clGetKernelWorkGroupInfo(cl_kernel kernel, cl_device_id device,
                                                                    cl_kernel_work_group_info name, size_t bytes,
                                                                    void* value, size_t* size) {
  static const auto real = loader_function<decltype(&clGetKernelWorkGroupInfo)>("clGetKernelWorkGroupInfo");
  const cl_int status = real(kernel, device, name, bytes, value, size);
  if (const std::size_t most = lockstep::test::plan().most_items;
      most != 0 && name == CL_KERNEL_WORK_GROUP_SIZE && value)
    *static_cast<std::size_t*>(value) = most;
  return status;
}
