#include "backends/opencl/generated_program.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "backends/common/families.hpp"
#include "backends/common/kernel_text.hpp"
#include "lockstep/error.hpp"

namespace lockstep::opencl {
namespace {

bool uses_f64(const Program& program) {
  const auto wide = [](DType t) { return t == DType::f64; };
  const auto any_wide = [&](const std::vector<Node>& nodes) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const Node& n) { return wide(n.type); });
  };
  return std::any_of(program.arrays.begin(), program.arrays.end(), wide) ||
         std::any_of(program.scalars.begin(), program.scalars.end(), wide) || any_wide(program.nodes) ||
         std::any_of(program.combines.begin(), program.combines.end(),
                     [&](const Combine& c) { return any_wide(c.nodes); });
}

// Sets the arguments of a kernel, one after another.
class Arguments {
 public:
  explicit Arguments(Kernel& kernel) : kernel_(kernel) {}

  void add(std::size_t bytes, const void* value) { kernel_.set(next_++, bytes, value); }
  void add(const Allocation& allocation) { kernel_.set(next_++, allocation); }
  void add(const std::vector<std::uint64_t>& structure) { add(structure.size() * 8, structure.data()); }

 private:
  Kernel& kernel_;
  cl_uint next_ = 0;
};

// Geometry that is too much for arguments.
Allocation packed_numbers(Session& session, std::vector<std::uint64_t> numbers) {
  cl_int status = CL_SUCCESS;
  Memory memory(clCreateBuffer(session.context.get(), CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, numbers.size() * 8,
                               numbers.data(), &status));
  session.check(status, "take the arguments of a kernel");
  return session.numbered(std::move(memory));
}

}  // namespace

GeneratedProgram::GeneratedProgram(std::shared_ptr<Session> session, const Program& program)
    : session_(std::move(session)), program_(program), dialect_(text::opencl_dialect()), target_(session_->target) {
  dialect_.divide_in_f64 = session_->divide_in_f64;
  if (text::shared_bytes(program_) > session_->local_bytes) target_ = text::Target::processor;
  if (uses_f64(program_) && !session_->info.has_f64)
    throw Error(Code::unsupported, fmt::format("{} ({}) has no f64", session_->info.name, session_->info.description),
                "Convert the values to f32, or use another device.");
}

std::string GeneratedProgram::source() const {
  if (variants_.empty())
    return text::kernel_text(program_, text::typical_layout(program_, target_), text::Stage::run, dialect_);
  std::string text;
  for (const Variant& variant : variants_) text += (text.empty() ? "" : "\n") + variant.source;
  return text;
}

bool GeneratedProgram::fits(cl_kernel kernel, const text::Layout& layout) const {
  std::size_t most = 0;
  session_->check(
      clGetKernelWorkGroupInfo(kernel, session_->found.device, CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most, nullptr),
      "describe a kernel");
  return text::group_size_of(layout) <= std::max<std::size_t>(most, 1);
}

std::size_t GeneratedProgram::variant_for(const Pass& pass) const {
  text::Layout layout = text::make_layout(program_, pass, target_);
  for (std::size_t i = 0; i < variants_.size(); ++i)
    if (variants_[i].layout == layout) return i;
  const std::size_t pointers = program_.arrays.size() + program_.outputs.size() + 1;
  const std::size_t numbers = program_.scalars.size() + text::geometry_names(program_, layout, text::Stage::run).size();
  layout.packed = (pointers + numbers) * 8 > session_->parameter_bytes;
  Variant variant;
  variant.source = text::kernel_text(program_, layout, text::Stage::run, dialect_);
  variant.kernel = session_->compile(variant.source, text::kKernelName);
  if (!fits(variant.kernel.get(), layout)) {
    target_ = text::Target::processor;
    return variant_for(pass);
  }
  variant.packed = layout.packed;
  layout.packed = false;  // it follows from the rest, which is what is compared
  variant.layout = std::move(layout);
  variants_.push_back(std::move(variant));
  return variants_.size() - 1;
}

const text::Plan& GeneratedProgram::plan(const Pass& incomplete) const {
  if (const text::Plan* known = plans_.find(incomplete)) return *known;
  const Pass pass = text::complete(incomplete, text::has_folds(program_));
  const std::size_t variant = variant_for(pass);
  const auto units = static_cast<std::uint64_t>(session_->info.units);
  return plans_.add(text::make_plan(program_, variants_[variant].layout, variant, pass, units));
}

void GeneratedProgram::start(Queue& queue, Variant& variant, const Pass& pass, const text::Plan& plan) const {
  Arguments arguments(variant.kernel);
  for (const Operand& a : pass.arrays) arguments.add(allocation_of(*a.buffer));
  for (std::size_t o = 0; o < pass.outputs.size(); ++o)
    if (variant.layout.same_as[o] < 0) arguments.add(allocation_of(*pass.outputs[o].buffer));
  if (text::is_fold(variant.layout.family)) arguments.add(queue.scratch_for(plan.partial_bytes));
  for (std::size_t s = 0; s < program_.scalars.size(); ++s)
    arguments.add(size_of(program_.scalars[s]), &pass.scalars[s]);
  Allocation packed;
  if (variant.packed) {
    packed = packed_numbers(*session_, plan.numbers);
    arguments.add(packed);
  } else {
    arguments.add(plan.numbers);
  }
  queue.start(variant.kernel.get(), plan.work.groups, plan.work.group_size);
}

void GeneratedProgram::finish(Queue& queue, Variant& variant, const Pass& pass, const text::Plan& plan) const {
  if (!variant.finish) {
    const std::string source = text::kernel_text(program_, variant.layout, text::Stage::finish, dialect_);
    Kernel& kernel = session_->shared_kernels[source];
    if (!kernel) kernel = session_->compile(source, text::kKernelName);
    variant.finish = &kernel;
  }
  Arguments arguments(*variant.finish);
  for (std::size_t o = 0; o < pass.outputs.size(); ++o)
    if (program_.outputs[o].fold != Fold::store) arguments.add(allocation_of(*pass.outputs[o].buffer));
  arguments.add(queue.scratch_for(plan.partial_bytes));
  arguments.add(plan.finish_numbers);
  queue.start(variant.finish->get(), plan.work.finish_groups, plan.work.finish_size);
}

void GeneratedProgram::run(Queue& queue, const Pass& pass) const {
  const text::Plan& how = plan(pass);
  Variant& variant = variants_[how.variant];
  start(queue, variant, pass, how);
  if (how.work.chunks > 1) finish(queue, variant, pass, how);
}

}  // namespace lockstep::opencl
