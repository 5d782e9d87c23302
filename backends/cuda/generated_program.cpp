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
  std::string text;
  for (const Variant& variant : variants_) text += (text.empty() ? "" : "\n") + variant.source;
  return text;
}

KernelHandle GeneratedProgram::compile(const std::string& source) const {
  return session_->load({source, name_, fmt::format("the kernel '{}'", name_), {}}, text::kKernelName);
}

GeneratedProgram::Variant& GeneratedProgram::variant_for(const Pass& pass) const {
  text::Layout layout = text::make_layout(program_, pass, text::Target::warps);
  const std::size_t pointers = program_.arrays.size() + program_.outputs.size() + 1;
  const std::size_t numbers = program_.scalars.size() + text::geometry_names(program_, layout, text::Stage::run).size();
  layout.packed = (pointers + numbers) * 8 > kParameterBytes;
  for (Variant& known : variants_)
    if (known.layout == layout) return known;
  Variant variant;
  variant.source = text::kernel_text(program_, layout, text::Stage::run, text::cuda_dialect());
  variant.kernel = compile(variant.source);
  variant.layout = std::move(layout);
  variants_.push_back(std::move(variant));
  return variants_.back();
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

void GeneratedProgram::run(Queue& queue, const Pass& incomplete) const {
  const Pass pass = text::complete(incomplete, text::has_folds(program_));
  Variant& variant = variant_for(pass);
  const text::Work work = text::make_work(variant.layout, pass, static_cast<std::uint64_t>(session_->info.units));
  const bool folds = text::is_fold(variant.layout.family);
  auto numbers = text::geometry_values(program_, variant.layout, text::Stage::run, pass, work);
  // Scratch memory: partial results of folds, then the numbers that are too many for arguments.
  const std::uint64_t partials = folds ? text::make_partials(program_, work).bytes : 0;
  const std::uint64_t packed_at = (partials + kAlignment - 1) / kAlignment * kAlignment;
  const std::uint64_t packed = variant.layout.packed ? numbers.size() * 8 : 0;
  std::byte* scratch = folds || packed > 0 ? queue.scratch_for(packed_at + packed) : nullptr;

  const std::uint64_t place = reinterpret_cast<std::uintptr_t>(scratch);
  if (packed > 0) {
    queue.write(scratch + packed_at, numbers.data(), packed);
    numbers = {place + packed_at};
  }
  auto words = Arguments::of_run(program_, variant.layout, pass, word_of, place, numbers);
  queue.start(variant.kernel, work.groups, work.group_size, words);
  if (work.chunks <= 1) return;
  words = Arguments::of_finish(program_, variant.layout, pass, work, word_of, place);
  queue.start(finish_of(variant), work.finish_groups, work.finish_size, words);
}

}  // namespace lockstep::cuda
