#pragma once

#include <memory>
#include <string>

#include "lockstep/backend.hpp"

namespace lockstep {

/// A backend in a shared library of its own, which is loaded at the first use (see module.hpp). What keeps it from
/// loading becomes a problem of its listing.
/// Looked for in the folders of LOCKSTEP_BACKEND_PATH (separated by colons), then in `lockstep/` beside the library.
struct ModuleSource {
  std::string kind;     ///< "opencl"
  std::string file;     ///< "liblockstep_opencl.so"
  std::string needs;    ///< a library that the module is linked with: "libOpenCL"
  std::string missing;  ///< what to say if that is what is missing
};
std::unique_ptr<Backend> make_module_backend(ModuleSource source);

}  // namespace lockstep
