#include "backends/cuda/generated_program.hpp"

#include <fmt/format.h>

#include <functional>

#include "backends/common/kernel_text.hpp"
#include "backends/cuda/arguments.hpp"

namespace lockstep::cuda {
namespace {

// Bytes that a kernel's arguments may take on every device and driver.
constexpr std::size_t kParameterBytes = 4096;
constexpr std::uint64_t kAlignment = 256;

std::uint64_t word_of(const Buffer& buffer) { return reinterpret_cast<std::uintptr_t>(address_of(buffer)); }

}  // namespace

GeneratedProgram::GeneratedProgram(std::shared_ptr<Session> session, const Program& program)
    : session_(std::move(session)),
      program_(program),
      name_(fmt::format("generated_{:08x}", std::hash<std::string>()(program.key()) & 0xffffffffu)) {}

std::string GeneratedProgram::source() const {
  if (variants_.empty()) {
    const text::Layout typical = text::typical_layout(program_, text::Target::warps);
    return text::kernel_text(program_, typical, text::Stage::run, text::cuda_dialect());
  }
  std::string text;
  for (const Variant& variant : variants_) text += (text.empty() ? "" : "\n") + variant.source;
  return text;
}

KernelHandle GeneratedProgram::compile(const std::string& source) const {
  return session_->load({source, name_, fmt::format("the kernel '{}'", name_), {}}, text::kKernelName);
}

std::size_t GeneratedProgram::variant_for(const Pass& pass) const {
  text::Layout layout = text::make_layout(program_, pass, text::Target::warps);
  const std::size_t pointers = program_.arrays.size() + program_.outputs.size() + 1;
  const std::size_t numbers = program_.scalars.size() + text::geometry_names(program_, layout, text::Stage::run).size();
  layout.packed = (pointers + numbers) * 8 > kParameterBytes;
  for (std::size_t i = 0; i < variants_.size(); ++i)
    if (variants_[i].layout == layout) return i;
  Variant variant;
  variant.source = text::kernel_text(program_, layout, text::Stage::run, text::cuda_dialect());
  variant.kernel = compile(variant.source);
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

const KernelHandle& GeneratedProgram::finish_of(Variant& variant) const {
  if (!variant.finish) {
    const std::string source = text::kernel_text(program_, variant.layout, text::Stage::finish, text::cuda_dialect());
    auto& shared = session_->shared_kernels[source];
    if (!shared) shared = std::make_shared<const KernelHandle>(compile(source));
    variant.finish = shared;
  }
  return *variant.finish;
}

void GeneratedProgram::run(Queue& queue, const Pass& pass) const {
  const text::Plan& how = plan(pass);
  Variant& variant = variants_[how.variant];
  const text::Work& work = how.work;
  // Scratch memory: partial results of folds, then the numbers that are too many for arguments.
  const std::uint64_t packed_at = (how.partial_bytes + kAlignment - 1) / kAlignment * kAlignment;
  const std::uint64_t packed = variant.layout.packed ? how.numbers.size() * 8 : 0;
  const bool needs_scratch = text::is_fold(variant.layout.family) || packed > 0;
  std::byte* scratch = needs_scratch ? queue.scratch_for(packed_at + packed) : nullptr;

  const std::uint64_t place = reinterpret_cast<std::uintptr_t>(scratch);
  if (packed > 0) queue.write(scratch + packed_at, how.numbers.data(), packed);
  auto words = Arguments::of_run(program_, variant.layout, pass, word_of, place,
                                 packed > 0 ? std::vector{place + packed_at} : how.numbers);
  queue.start(variant.kernel, work.groups, work.group_size, words);
  if (work.chunks <= 1) return;
  words = Arguments::of_finish(program_, variant.layout, pass, work, word_of, place);
  queue.start(finish_of(variant), work.finish_groups, work.finish_size, words);
}

}  // namespace lockstep::cuda
