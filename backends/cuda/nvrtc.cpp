#include "backends/cuda/nvrtc.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "lockstep/error.hpp"

namespace lockstep::cuda {
namespace {

// The oldest that has all that is asked of it here.
constexpr int kOldestMajor = 12;
constexpr const char* kToolkit = "/usr/local/cuda/lib64/";

template <class F>
bool find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

const std::vector<std::string>& Nvrtc::exact_options() {
  static const std::vector<std::string> options = {"--std=c++17", "--fmad=false", "--ftz=false", "--prec-div=true",
                                                   "--prec-sqrt=true"};
  return options;
}

std::shared_ptr<const Nvrtc> Nvrtc::load(int newest_major, std::string& problem) {
  if (const char* file = std::getenv("LOCKSTEP_NVRTC"); file && *file) return load_file(file, problem);
  std::string reason;
  for (const char* folder : {"", kToolkit})
    for (int major = newest_major; major >= kOldestMajor; --major)
      if (auto nvrtc = load_file(fmt::format("{}libnvrtc.so.{}", folder, major), reason)) return nvrtc;
  problem = fmt::format(
      "no run-time compiler: libnvrtc.so.{} of the CUDA toolkit was not found (LOCKSTEP_NVRTC may name the file)",
      newest_major);
  return nullptr;
}

std::shared_ptr<const Nvrtc> Nvrtc::load_file(const std::string& file, std::string& problem) {
  // Never unloaded: its threads and allocations do not expect it.
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* reason = dlerror();
    problem = fmt::format("the run-time compiler cannot be loaded: {}", reason ? reason : file.c_str());
    return nullptr;
  }
  Functions f{};
  const bool complete =
      find(library, "nvrtcVersion", f.version) && find(library, "nvrtcGetNumSupportedArchs", f.architecture_count) &&
      find(library, "nvrtcGetSupportedArchs", f.architectures) && find(library, "nvrtcCreateProgram", f.create) &&
      find(library, "nvrtcDestroyProgram", f.destroy) && find(library, "nvrtcCompileProgram", f.compile) &&
      find(library, "nvrtcGetProgramLogSize", f.log_size) && find(library, "nvrtcGetProgramLog", f.log) &&
      find(library, "nvrtcGetCUBINSize", f.cubin_size) && find(library, "nvrtcGetCUBIN", f.cubin) &&
      find(library, "nvrtcGetPTXSize", f.ptx_size) && find(library, "nvrtcGetPTX", f.ptx) &&
      find(library, "nvrtcGetErrorString", f.error);
  int major = 0, minor = 0, count = 0;
  if (!complete || f.version(&major, &minor) != NVRTC_SUCCESS || f.architecture_count(&count) != NVRTC_SUCCESS) {
    problem = fmt::format("{} is no run-time compiler of CUDA {} or later", file, kOldestMajor);
    return nullptr;
  }
  std::vector<int> architectures(static_cast<std::size_t>(count));
  if (f.architectures(architectures.data()) != NVRTC_SUCCESS) architectures.clear();
  std::sort(architectures.begin(), architectures.end());
  return std::shared_ptr<const Nvrtc>(new Nvrtc(f, major * 1000 + minor * 10, std::move(architectures)));
}

Target Nvrtc::target_for(int architecture) const {
  const auto above = std::upper_bound(architectures_.begin(), architectures_.end(), architecture);
  if (above == architectures_.begin()) return {architecture, false};  // it will say so itself
  const int best = *std::prev(above);
  return {best, best != architecture};
}

std::vector<std::byte> Nvrtc::compile(const std::string& source, const std::string& name, const Target& target,
                                      const std::vector<std::string>& options, const std::string& what) const {
  std::vector<std::string> all = exact_options();
  all.insert(all.end(), options.begin(), options.end());
  all.push_back("--gpu-architecture=" + target.name());
  std::vector<const char*> texts;
  for (const std::string& option : all) texts.push_back(option.c_str());

  nvrtcProgram program = nullptr;
  nvrtcResult result = f_.create(&program, source.c_str(), name.c_str(), 0, nullptr, nullptr);
  std::vector<std::byte> code;
  std::string log;
  if (result == NVRTC_SUCCESS) {
    result = f_.compile(program, static_cast<int>(texts.size()), texts.data());
    std::size_t size = 0;
    if (result == NVRTC_SUCCESS) result = (target.ptx ? f_.ptx_size : f_.cubin_size)(program, &size);
    if (result == NVRTC_SUCCESS) {
      code.resize(size);
      result = (target.ptx ? f_.ptx : f_.cubin)(program, reinterpret_cast<char*>(code.data()));
    }
    if (result != NVRTC_SUCCESS) log = log_of(program);
    f_.destroy(&program);
  }
  if (result == NVRTC_SUCCESS) return code;
  const std::string line = line_in_log(log, name, source);
  throw Error(Code::compile, fmt::format("the CUDA compiler refused {} for {}", what, target.name()),
              line.empty() ? "" : "The compiler stopped at " + line,
              fmt::format("{}\n{}", f_.error(result), log.empty() ? "(the compiler left no log)" : log));
}

std::string Nvrtc::log_of(nvrtcProgram program) const {
  std::size_t size = 0;
  if (f_.log_size(program, &size) != NVRTC_SUCCESS) return {};
  std::string log(size, '\0');
  if (size > 0 && f_.log(program, log.data()) != NVRTC_SUCCESS) return {};
  while (!log.empty() && (log.back() == '\0' || log.back() == '\n')) log.pop_back();
  return log;
}

// "name(12): error: ..."
std::string line_in_log(const std::string& log, const std::string& name, const std::string& source) {
  for (auto at = log.find(name + "("); at != std::string::npos; at = log.find(name + "(", at + 1)) {
    const auto number_at = at + name.size() + 1, close = log.find(')', number_at);
    if (close == std::string::npos || log.compare(close, 8, "): error") != 0) continue;
    const int number = std::atoi(log.c_str() + number_at);
    std::istringstream lines(source);
    std::string line;
    for (int i = 0; i < number; ++i)
      if (!std::getline(lines, line)) return {};
    return fmt::format("line {}: {}", number, line);
  }
  return {};
}

}  // namespace lockstep::cuda
