// Kernels that nvcc compiled into a program of the host: what its host code registers and launches, with their PTX run
// by ptx_machine. The names are those of NVIDIA's headers (crt/host_runtime.h).
#include <fatbinary_section.h>

#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "cuda/ptx_machine/machine.hpp"
#include "model.hpp"

using namespace lockstep::test;
using namespace lockstep::test::fake;

namespace {

// What nvcc --no-compress leaves: a header, and an entry for each piece of code.
struct FatHeader {
  std::uint32_t magic;
  std::uint16_t version, size;
  std::uint64_t bytes;
};
struct FatEntry {
  std::uint16_t kind, version;
  std::uint32_t size;
  std::uint64_t bytes;
};
constexpr std::uint32_t kFatMagic = 0xba55ed50;
constexpr std::uint16_t kPtx = 1;

std::vector<std::string_view> ptx_in(const void* fat) {
  const auto* at = static_cast<const char*>(fat);
  FatHeader header;
  std::memcpy(&header, at, sizeof header);
  if (header.magic != kFatMagic) throw ptx::Fault("nvcc's code is packed in another way");
  const char* const end = at + header.size + header.bytes;
  std::vector<std::string_view> found;
  for (at += header.size; at < end;) {
    FatEntry entry;
    std::memcpy(&entry, at, sizeof entry);
    if (entry.kind == kPtx) found.emplace_back(at + entry.size, entry.bytes);
    at += entry.size + entry.bytes;
  }
  return found;
}

struct Registered {
  std::map<int, std::unique_ptr<ptx::Machine>> machines;  ///< by architecture
  std::map<const void*, std::string> kernels;             ///< names by host functions
};
Registered& registered() {
  static auto* all = new Registered;
  return *all;
}

struct Configuration {
  dim3 grid, block;
  std::size_t shared;
  cudaStream_t stream;
};
thread_local std::optional<Configuration> configuration;

cudaError_t start(const std::string& name, const Configuration& c, void** arguments) {
  ptx::Machine& of_device = *registered().machines.at(model().registered_for(c.stream->device));
  const ptx::Code& code = of_device.code(name);
  ptx::Launch launch{{c.grid.x, c.grid.y, c.grid.z}, {c.block.x, c.block.y, c.block.z}, c.shared, {}};
  launch.parameters.resize(code.parameter_bytes);
  for (std::size_t i = 0; i < code.parameters.size(); ++i)
    std::memcpy(launch.parameters.data() + code.parameters[i].first, arguments[i], code.parameters[i].second);
  {
    const std::lock_guard lock(model().mutex);
    ++model().calls[name];
  }
  return queue_work("registered kernel", c.stream, [name, launch, &of_device] {
    ptx::Settings settings;
    settings.resident_blocks = machine().resident_blocks;
    settings.memory.emplace();
    for (const auto& [first, block] : model().device_memory)
      settings.memory->push_back({reinterpret_cast<std::uintptr_t>(first), block.bytes});
    of_device.run(name, launch, settings);
  });
}

}  // namespace

extern "C" {

void** __cudaRegisterFatBinary(void* wrapper) {
  constexpr std::string_view kTarget = ".target sm_";
  for (const std::string_view text : ptx_in(static_cast<const __fatBinC_Wrapper_t*>(wrapper)->data)) {
    const int architecture = std::stoi(std::string(text.substr(text.find(kTarget) + kTarget.size(), 4)));
    registered().machines[architecture] = std::make_unique<ptx::Machine>(text);
  }
  for (const auto& [architecture, of_it] : registered().machines) model().registered.push_back(architecture);
  return nullptr;
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}
void __cudaRegisterFunction(void**, const char* function, char*, const char* name, int, uint3*, uint3*, dim3*, dim3*,
                            int*) {
  registered().kernels[function] = name;
}
void __cudaRegisterVar(void**, char*, char*, const char*, int, std::size_t, int, int) {}

unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream) {
  configuration = {grid, block, shared, stream};
  return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, std::size_t* shared, void* stream) {
  if (!configuration) return cudaErrorMissingConfiguration;
  *grid = configuration->grid;
  *block = configuration->block;
  *shared = configuration->shared;
  *static_cast<cudaStream_t*>(stream) = configuration->stream;
  configuration.reset();
  return cudaSuccess;
}
cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* function) {
  const auto found = registered().kernels.find(function);
  if (found == registered().kernels.end()) return cudaErrorInvalidDeviceFunction;
  *kernel = reinterpret_cast<cudaKernel_t>(&found->second);
  return cudaSuccess;
}
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared,
                               cudaStream_t stream) {
  return start(*reinterpret_cast<const std::string*>(kernel), {grid, block, shared, stream}, arguments);
}
cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* c, const void* function, void** arguments) {
  const auto found = registered().kernels.find(function);
  if (found == registered().kernels.end()) return cudaErrorInvalidDeviceFunction;
  return start(found->second, {c->gridDim, c->blockDim, c->dynamicSmemBytes, c->stream}, arguments);
}

}  // extern "C"
