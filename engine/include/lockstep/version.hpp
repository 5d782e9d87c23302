#pragma once

// The version of the library; CMakeLists.txt reads it from here.
#define LOCKSTEP_VERSION_MAJOR 0
#define LOCKSTEP_VERSION_MINOR 1
#define LOCKSTEP_VERSION_PATCH 0

namespace lockstep {

/// "0.1.0"
const char* version() noexcept;

}  // namespace lockstep
