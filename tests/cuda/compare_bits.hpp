#pragma once

#include "cases.hpp"
#include "host_device.hpp"

namespace lockstep::test {

/// Runs all cases on a fresh device and on the CPU, and checks that they have the same bits; how many outputs were
/// compared.
std::size_t compare_bits(const std::vector<PassCase>& cases, HostDevice& host);

/// Runs orbit.cu at many lengths, offsets and numbers of steps.
void compare_orbit(DType type, HostDevice& host);

}  // namespace lockstep::test
