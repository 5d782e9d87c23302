#include "module_backend.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <mutex>

#include "lockstep/error.hpp"
#include "module.hpp"
#include "module_file.hpp"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

class ModuleBackend : public Backend {
 public:
  explicit ModuleBackend(ModuleSource source) : source_(std::move(source)) {}

  std::string_view do_kind() const override { return source_.kind; }

  Listing do_list() override {
    if (Backend* backend = loaded()) return backend->do_list();
    return {{}, {problem_}};
  }

  std::unique_ptr<BackendDevice> do_open(int number, const DeviceOptions& options) override {
    if (Backend* backend = loaded()) return backend->do_open(number, options);
    const std::string name = number < 0 ? std::string(source_.kind) : fmt::format("{}:{}", source_.kind, number);
    throw Error(Code::no_device, fmt::format("there is no device {}: {}", name, problem_),
                "`lockstep devices` lists what there is.");
  }

 private:
  Backend* loaded() {
    std::call_once(once_, [this] { load(); });
    return backend_.get();
  }

  void load() {
    const ModuleFile module = find_module(source_.file);
    if (!module.path.empty()) return load(module.path);
    problem_ =
        fmt::format("this build has no {} backend ({} is not in {})", source_.kind, source_.file, module.searched);
  }

  // Never unloaded: devices outlive the engine.
  void load(const fs::path& file) {
    void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!module) {
      const char* reason = dlerror();
      const std::string text = reason ? reason : "unknown reason";
      problem_ = text.find(source_.needs) != std::string::npos && text.find(source_.file + ":") == std::string::npos
                     ? source_.missing
                     : fmt::format("{} cannot be loaded: {}", source_.file, text);
      return;
    }
    const auto create = reinterpret_cast<ModuleEntry>(dlsym(module, kModuleEntry));
    backend_.reset(create ? create(kModuleAbi) : nullptr);
    if (!backend_)
      problem_ = fmt::format("{} belongs to another version of Lockstep (this is {})", file.string(), version());
  }

  ModuleSource source_;
  std::once_flag once_;
  std::unique_ptr<Backend> backend_;
  std::string problem_;
};

}  // namespace

std::unique_ptr<Backend> make_module_backend(ModuleSource source) {
  return std::make_unique<ModuleBackend>(std::move(source));
}

}  // namespace lockstep
