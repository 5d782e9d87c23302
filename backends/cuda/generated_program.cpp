#include "backends/cuda/generated_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "backends/common/kernel_text.hpp"

namespace lockstep::cuda {
namespace {

// Bytes that a kernel's arguments may take on every device and driver.
constexpr std::size_t kParameterBytes = 4096;
constexpr std::uint64_t kAlignment = 256;

// The arguments of a kernel. Every value is in the low bytes of a word of its own.
class Arguments {
 public:
  explicit Arguments(std::size_t most) { words_.reserve(most); }

  void add(std::uint64_t word) { words_.push_back(word); }
  void add(const std::byte* address) { add(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(address))); }
  void add(const std::vector<std::uint64_t>& words) { words_.insert(words_.end(), words.begin(), words.end()); }

  /// Where each value is; valid while this object is not changed.
  std::vector<void*> places() {
    std::vector<void*> places;
    for (std::uint64_t& word : words_) places.push_back(&word);
    return places;
  }

 private:
  std::vector<std::uint64_t> words_;
};

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
  text::Layout layout = text::make_layout(program_, pass, text::Target::gpu);
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
  const auto numbers = text::geometry_values(program_, variant.layout, text::Stage::run, pass, work);
  // Scratch memory: partial results of folds, then the numbers that are too many for arguments.
  const std::uint64_t partials = folds ? text::make_partials(program_, work).bytes : 0;
  const std::uint64_t packed_at = (partials + kAlignment - 1) / kAlignment * kAlignment;
  const std::uint64_t packed = variant.layout.packed ? numbers.size() * 8 : 0;
  std::byte* scratch = folds || packed > 0 ? queue.scratch_for(packed_at + packed) : nullptr;

  Arguments arguments(pass.arrays.size() + pass.outputs.size() + program_.scalars.size() + numbers.size() + 2);
  for (const Operand& a : pass.arrays) arguments.add(address_of(*a.buffer));
  for (std::size_t o = 0; o < pass.outputs.size(); ++o)
    if (variant.layout.same_as[o] < 0) arguments.add(address_of(*pass.outputs[o].buffer));
  if (folds) arguments.add(scratch);
  for (std::size_t s = 0; s < program_.scalars.size(); ++s) arguments.add(pass.scalars[s]);
  if (packed > 0) {
    queue.write(scratch + packed_at, numbers.data(), packed);
    arguments.add(scratch + packed_at);
  } else {
    arguments.add(numbers);
  }
  auto places = arguments.places();
  queue.start(variant.kernel, work.groups, work.group_size, places);
  if (work.chunks <= 1) return;

  Arguments finishing(pass.outputs.size() + 1);
  for (std::size_t o = 0; o < pass.outputs.size(); ++o)
    if (program_.outputs[o].fold != Fold::store) finishing.add(address_of(*pass.outputs[o].buffer));
  finishing.add(scratch);
  finishing.add(text::geometry_values(program_, variant.layout, text::Stage::finish, pass, work));
  places = finishing.places();
  queue.start(finish_of(variant), work.outer, work.group_size, places);
}

}  // namespace lockstep::cuda
