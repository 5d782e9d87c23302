#include "backends/cuda/native_program.hpp"

#include <fmt/format.h>

#include "lockstep/error.hpp"

namespace lockstep::cuda {
namespace {

constexpr std::uint64_t kBlockSize = 256;

}  // namespace

std::vector<std::string> NativeProgram::options_of(const KernelSource& source) {
  std::vector<std::string> options;
  for (const auto& [name, value] : source.defines)
    options.push_back(value.empty() ? fmt::format("-D{}", name) : fmt::format("-D{}={}", name, value));
  return options;
}

NativeProgram::NativeProgram(std::shared_ptr<Session> session, const NativeKernel& kernel)
    : session_(std::move(session)), source_(kernel.cuda.text) {
  if (source_.empty())
    throw Error(Code::unsupported, fmt::format("the kernel '{}' has no CUDA source", kernel.name),
                "Use a device of another kind, or give NativeKernel::cuda.");
  kernel_ = session_->load({source_, kernel.name, fmt::format("the kernel '{}'", kernel.name), options_of(kernel.cuda)},
                           kernel.cuda.entry.c_str());
}

std::vector<std::uint64_t> Launchable::words_of(std::span<const NativeArgument> arguments) {
  std::vector<std::uint64_t> words;
  words.reserve(arguments.size() + 1);
  for (const NativeArgument& a : arguments)
    words.push_back(a.buffer ? reinterpret_cast<std::uintptr_t>(address_of(*a.buffer) + a.offset) : a.bits);
  return words;
}

void NativeProgram::launch(Queue& queue, std::span<const NativeArgument> arguments, std::uint64_t n) const {
  std::vector<std::uint64_t> words = words_of(arguments);
  words.push_back(n);
  queue.start(kernel_, (n + kBlockSize - 1) / kBlockSize, kBlockSize, words);
}

}  // namespace lockstep::cuda
