#pragma once

#include <filesystem>
#include <string>

namespace lockstep {

/// A part of the engine in a shared library of its own.
struct ModuleFile {
  std::filesystem::path path;  ///< empty if it is not there
  std::string searched;        ///< the folders, for a message
};

/// Looks in the folders of LOCKSTEP_BACKEND_PATH (separated by colons), then in `lockstep/` beside the library.
ModuleFile find_module(const std::string& file);

}  // namespace lockstep
