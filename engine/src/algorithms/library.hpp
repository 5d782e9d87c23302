#pragma once

#include "library/library.hpp"
#include "lockstep/evaluate.hpp"

namespace lockstep::algorithms {

/// The kernel, if the device has it from its maker's library.
std::optional<Kernel> from_library(const Device& device, const NativeKernel* kernel);

/// Launches such a kernel on n elements, with the scratch memory that it asks for before its other arguments.
void launch_library(const Device& device, const Kernel& kernel, std::vector<Argument> arguments, std::uint64_t n);

}  // namespace lockstep::algorithms
