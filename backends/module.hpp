#pragma once

#include "lockstep/version.hpp"

namespace lockstep {

class Backend;

// A GPU backend is a shared library beside the engine's own, in the folder `lockstep/`. It exports one function:
//   extern "C" lockstep::Backend* lockstep_backend_create(int abi);
// which returns a new backend for the caller to delete, or null if it was built for another version of the engine.

/// Changes whenever a module and an engine of different builds must not meet.
inline constexpr int kModuleAbi =
    (LOCKSTEP_VERSION_MAJOR * 1000 + LOCKSTEP_VERSION_MINOR) * 1000 + LOCKSTEP_VERSION_PATCH;
inline constexpr const char* kModuleEntry = "lockstep_backend_create";

using ModuleEntry = Backend* (*)(int abi);

}  // namespace lockstep
