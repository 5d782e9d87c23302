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

// A pass as the engine would make it for contiguous arrays: for showing the text before anything ran.
Pass typical_pass(const Program& program, std::vector<Operand>& operands) {
  operands.assign(program.arrays.size() + program.indices + program.outputs.size(), Operand{nullptr, 0, {1}});
  static MemoryBuffer nowhere[2]{{Allocation(), 1}, {Allocation(), 1}};
  std::vector<Operand>& all = operands;
  Pass pass;
  pass.rank = 1;
  pass.extents[0] = text::kUnit;
  for (std::size_t i = 0; i < all.size(); ++i) all[i].buffer = i < program.arrays.size() ? &nowhere[0] : &nowhere[1];
  pass.arrays = std::span(all).first(program.arrays.size());
  pass.indices = std::span(all).subspan(program.arrays.size(), program.indices);
  pass.outputs = std::span(all).last(program.outputs.size());
  return pass;
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
  if (variants_.empty()) {
    std::vector<Operand> operands;
    text::Layout layout = text::make_layout(program_, typical_pass(program_, operands), target_);
    layout.separate = true;
    return text::kernel_text(program_, layout, text::Stage::run, dialect_);
  }
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

GeneratedProgram::Variant& GeneratedProgram::variant_for(const Pass& pass) const {
  text::Layout layout = text::make_layout(program_, pass, target_);
  for (Variant& known : variants_)
    if (known.layout == layout) return known;
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
  return variants_.back();
}

void GeneratedProgram::start(Queue& queue, Variant& variant, const Pass& pass, const text::Work& work) const {
  Arguments arguments(variant.kernel);
  for (const Operand& a : pass.arrays) arguments.add(allocation_of(*a.buffer));
  for (std::size_t o = 0; o < pass.outputs.size(); ++o)
    if (variant.layout.same_as[o] < 0) arguments.add(allocation_of(*pass.outputs[o].buffer));
  if (text::is_fold(variant.layout.family)) arguments.add(queue.scratch_for(text::make_partials(program_, work).bytes));
  for (std::size_t s = 0; s < program_.scalars.size(); ++s)
    arguments.add(size_of(program_.scalars[s]), &pass.scalars[s]);
  auto numbers = text::geometry_values(program_, variant.layout, text::Stage::run, pass, work);
  Allocation packed;
  if (variant.packed) {
    cl_int status = CL_SUCCESS;
    packed = session_->numbered(Memory(clCreateBuffer(session_->context.get(), CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR,
                                                      numbers.size() * 8, numbers.data(), &status)));
    session_->check(status, "take the arguments of a kernel");
    arguments.add(packed);
  } else {
    arguments.add(numbers);
  }
  queue.start(variant.kernel.get(), work.groups, work.group_size);
}

void GeneratedProgram::finish(Queue& queue, Variant& variant, const Pass& pass, const text::Work& work) const {
  if (!variant.finish) {
    const std::string source = text::kernel_text(program_, variant.layout, text::Stage::finish, dialect_);
    Kernel& kernel = session_->shared_kernels[source];
    if (!kernel) kernel = session_->compile(source, text::kKernelName);
    variant.finish = &kernel;
  }
  Arguments arguments(*variant.finish);
  for (std::size_t o = 0; o < pass.outputs.size(); ++o)
    if (program_.outputs[o].fold != Fold::store) arguments.add(allocation_of(*pass.outputs[o].buffer));
  arguments.add(queue.scratch_for(text::make_partials(program_, work).bytes));
  arguments.add(text::geometry_values(program_, variant.layout, text::Stage::finish, pass, work));
  queue.start(variant.finish->get(), work.finish_groups, work.finish_size);
}

void GeneratedProgram::run(Queue& queue, const Pass& incomplete) const {
  const Pass pass = text::complete(incomplete, text::has_folds(program_));
  Variant& variant = variant_for(pass);
  const text::Work work = text::make_work(variant.layout, pass, static_cast<std::uint64_t>(session_->info.units));
  start(queue, variant, pass, work);
  if (work.chunks > 1) finish(queue, variant, pass, work);
}

}  // namespace lockstep::opencl
