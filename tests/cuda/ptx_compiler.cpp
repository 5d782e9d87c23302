#include "ptx_compiler.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>

#include "ptx_machine/machine.hpp"

namespace lockstep::test {
namespace {

void run(ptx::Machine& machine, const std::string& entry, const KernelLaunch& launch) {
  const ptx::Code& code = machine.code(entry);
  ptx::Launch how;
  how.grid[0] = static_cast<unsigned>(launch.blocks);
  how.block[0] = launch.block_size;
  how.parameters.resize(code.parameter_bytes);
  if (code.parameters.size() != launch.arguments.size()) throw ptx::Fault("another number of arguments");
  for (std::size_t i = 0; i < launch.arguments.size(); ++i) {
    const auto& [offset, bytes] = code.parameters[i];
    std::memcpy(how.parameters.data() + offset, &launch.arguments[i], bytes);
  }
  ptx::Settings settings;
  if (!launch.arrays.empty()) settings.memory.emplace();
  for (const auto& [first, bytes] : launch.arrays) settings.memory->push_back({first, bytes});
  if (launch.blocks > 0) machine.run(entry, how, settings);
}

}  // namespace

std::shared_ptr<const cuda::Nvrtc> load_nvrtc() {
  std::string problem;
  auto nvrtc = cuda::Nvrtc::load(99, problem);
  if (!nvrtc) MESSAGE("skipped: " << problem);
  REQUIRE_FALSE((!nvrtc && std::getenv("LOCKSTEP_TEST_REQUIRED")));
  return nvrtc;
}

KernelCompiler compile_to_ptx(std::shared_ptr<const cuda::Nvrtc> nvrtc, int architecture) {
  return [nvrtc, architecture](const std::vector<KernelText>& texts) {
    const auto ptx = nvrtc->compile(batch_of(texts), "batch", {architecture, true}, {}, "a batch");
    const auto machine =
        std::make_shared<ptx::Machine>(std::string_view(reinterpret_cast<const char*>(ptx.data()), ptx.size()));
    std::vector<RunnableKernel> kernels;
    for (std::size_t i = 0; i < texts.size(); ++i)
      kernels.push_back(
          [machine, entry = entry_in_batch(texts[i], i)](const KernelLaunch& launch) { run(*machine, entry, launch); });
    return kernels;
  };
}

}  // namespace lockstep::test
