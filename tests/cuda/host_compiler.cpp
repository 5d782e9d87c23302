#include "host_compiler.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "lockstep/error.hpp"

namespace lockstep::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

HostLibrary::HostLibrary(const std::vector<KernelText>& texts) {
  std::string folder = (fs::temp_directory_path() / "lockstep-cuda-host-XXXXXX").string();
  if (!::mkdtemp(folder.data())) throw std::runtime_error("no temporary folder");
  const fs::path source = fs::path(folder) / "kernels.cpp", log = fs::path(folder) / "log",
                 file = fs::path(folder) / "kernels.so";
  std::ofstream(source) << "#include \"cuda_on_host.hpp\"\n" << batch_of(texts, "LOCKSTEP_HOST_ENTRY({})");
  const std::string command =
      fmt::format("{} -std=c++20 -O1 -ffp-contract=off -fno-strict-aliasing -w -shared -fPIC -I{} {} -o {} > {} 2>&1",
                  LOCKSTEP_TEST_CXX, LOCKSTEP_TEST_CUDA_DIR, source.string(), file.string(), log.string());
  const int status = std::system(command.c_str());
  const std::string problem = status != 0 ? text_of(log) : "";
  library_ = status == 0 ? dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (status == 0 || !std::getenv("LOCKSTEP_TEST_KEEP")) fs::remove_all(folder);
  if (!library_) throw Error(Code::compile, "the host's compiler refused CUDA C", "", problem.substr(0, 4000));
  auto* state = static_cast<HostState*>(dlsym(library_, "host_state"));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string entry = entry_in_batch(texts[i], i);
    const auto find = [&](const char* part) { return dlsym(library_, (entry + part).c_str()); };
    const auto has = [&](const char* name) { return texts[i].text.find(name) != std::string::npos; };
    kernels_.push_back({reinterpret_cast<void (*)(void**)>(find("_call")), state,
                        *static_cast<const unsigned*>(find("_arguments")), has("__syncthreads") || has("_sync")});
  }
}

HostLibrary::~HostLibrary() { dlclose(library_); }

}  // namespace lockstep::test
