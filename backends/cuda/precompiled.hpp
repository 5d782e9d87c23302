#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "backends/cuda/compiler.hpp"

namespace lockstep::cuda {

/// Machine code of a hand-written kernel that nvcc made when the module was built: see precompiled.cmake.
struct Precompiled {
  const char* text;   ///< the source
  const char* entry;  ///< its `__global__` function
  std::vector<std::string> options;
  std::span<const std::byte> code;  ///< for every architecture of the build, and PTX for later ones
};

/// All of them; none if the build had no nvcc.
const std::vector<Precompiled>& precompiled_kernels();

/// True if code of a build for `built` (ascending, the newest as PTX too) runs on a device of this architecture: code
/// does within its major version, on the same or a later minor one.
bool runs_on(std::span<const int> built, int architecture);

/// The code of this very source, if there is some that runs on a device of this architecture; else null.
const Precompiled* find_precompiled(const Compiler::Source& source, const char* entry, int architecture);

}  // namespace lockstep::cuda
