#include "module_file.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <sstream>
#include <vector>

namespace lockstep {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders() {
  std::vector<fs::path> list;
  if (const char* path = std::getenv("LOCKSTEP_BACKEND_PATH")) {
    std::istringstream parts(path);
    for (std::string part; std::getline(parts, part, ':');)
      if (!part.empty()) list.emplace_back(part);
  }
  // The library that holds this function, or the program if the engine is linked statically.
  Dl_info here{};
  if (dladdr(reinterpret_cast<void*>(&find_module), &here) != 0 && here.dli_fname)
    list.push_back(fs::absolute(here.dli_fname).parent_path() / "lockstep");
  return list;
}

}  // namespace

ModuleFile find_module(const std::string& file) {
  ModuleFile module;
  std::error_code error;
  for (const fs::path& folder : folders()) {
    module.searched += (module.searched.empty() ? "" : ", ") + folder.string();
    if (!fs::exists(folder / file, error)) continue;
    module.path = folder / file;
    return module;
  }
  return module;
}

}  // namespace lockstep
