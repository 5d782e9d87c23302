#include "backends/opencl/native_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "backends/common/dialect.hpp"
#include "lockstep/error.hpp"

namespace lockstep::opencl {
namespace {

constexpr std::size_t kGroupSize = 256;
constexpr const char* kShifted = "lockstep_shifted_";

// Kernels may take another shape where a work-item has a core's vector registers to itself.
std::string options_of(const NativeKernel& kernel, text::Target target) {
  std::string options = target == text::Target::processor ? " -DLOCKSTEP_PROCESSOR" : "";
  for (const auto& [name, value] : kernel.opencl.defines)
    options += value.empty() ? fmt::format(" -D{}", name) : fmt::format(" -D{}={}", name, value);
  return options;
}

// OpenCL has no pointers into buffers as arguments: a second kernel takes the first elements' numbers and calls the
// first.
std::string shifted_kernel(const NativeKernel& kernel) {
  const text::Dialect& d = text::opencl_dialect();
  std::string parameters, arguments;
  for (std::size_t i = 0; i < kernel.parameters.size(); ++i) {
    const Parameter& p = kernel.parameters[i];
    const auto type = d.memory_type(p.type);
    if (p.access == Access::scalar) {
      parameters += fmt::format("const {} p{}, ", type, i);
      arguments += fmt::format("p{}, ", i);
    } else {
      parameters += fmt::format("__global {}{}* p{}, const ulong first{}, ", p.access == Access::read ? "const " : "",
                                type, i, i);
      arguments += fmt::format("p{} + first{}, ", i, i);
    }
  }
  return fmt::format("\n__kernel void {}{}({}const ulong n) {{\n  {}({}n);\n}}\n", kShifted, kernel.opencl.entry,
                     parameters, kernel.opencl.entry, arguments);
}

KernelHandle find_kernel(cl_program program, const std::string& name) {
  cl_int status = CL_SUCCESS;
  KernelHandle kernel(clCreateKernel(program, name.c_str(), &status));
  if (status == CL_INVALID_KERNEL_NAME)
    throw Error(Code::compile, fmt::format("the source of the kernel has no entry '{}'", name),
                "KernelSource::entry must name a __kernel function of the text.", name_of(status));
  check(status, "find a kernel");
  return kernel;
}

}  // namespace

NativeProgram::NativeProgram(std::shared_ptr<Session> session, const NativeKernel& kernel)
    : session_(std::move(session)), parameters_(kernel.parameters) {
  if (kernel.opencl.text.empty())
    throw Error(Code::unsupported, fmt::format("the kernel '{}' has no OpenCL source", kernel.name),
                "Use a device of another kind, or give NativeKernel::opencl.");
  const bool wide =
      std::any_of(parameters_.begin(), parameters_.end(), [](const Parameter& p) { return p.type == DType::f64; });
  if (wide && !session_->info.has_f64)
    throw Error(Code::unsupported,
                fmt::format("the kernel '{}' needs f64, and {} ({}) has none", kernel.name, session_->info.name,
                            session_->info.description),
                "Use the f32 kernel, or another device.");
  const text::Dialect& d = text::opencl_dialect();
  source_ =
      fmt::format("{}{}#line 1 \"{}\"\n{}\n", d.prologue, wide ? d.f64_prologue : "", kernel.name, kernel.opencl.text);
  const std::string what = fmt::format("the kernel '{}'", kernel.name);
  program_ = session_->compiler->build(source_ + shifted_kernel(kernel), options_of(kernel, session_->target), what);
  direct_ = find_kernel(program_.get(), kernel.opencl.entry);
  shifted_ = find_kernel(program_.get(), kShifted + kernel.opencl.entry);
  std::size_t most = 1;
  check(clGetKernelWorkGroupInfo(direct_.get(), session_->found.device, CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most,
                                 nullptr),
        "describe a kernel");
  group_size_ = std::min(kGroupSize, std::bit_floor(most));
}

void NativeProgram::launch(Queue& queue, std::span<const NativeArgument> arguments, std::uint64_t n) const {
  const bool shifted = std::any_of(arguments.begin(), arguments.end(),
                                   [](const NativeArgument& a) { return a.buffer && a.offset != 0; });
  cl_kernel kernel = shifted ? shifted_.get() : direct_.get();
  cl_uint at = 0;
  const auto set = [&](std::size_t bytes, const void* value) {
    check(clSetKernelArg(kernel, at++, bytes, value), "take the arguments of a kernel");
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const NativeArgument& argument = arguments[i];
    if (!argument.buffer) {
      set(size_of(parameters_[i].type), &argument.bits);
      continue;
    }
    const cl_mem memory = memory_of(*argument.buffer);
    const std::uint64_t first = argument.offset / size_of(parameters_[i].type);
    set(sizeof memory, &memory);
    if (shifted) set(sizeof first, &first);
  }
  set(sizeof n, &n);
  queue.start(kernel, (n + group_size_ - 1) / group_size_, group_size_);
}

}  // namespace lockstep::opencl
