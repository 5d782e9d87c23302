#pragma once

#include "lockstep/device.hpp"

namespace lockstep {

/// A copy of `array` on another device, dense and in row-major order: directly where both are GPUs of one kind that
/// can, else in parts through the host. The first is queued and does not block; the second waits for each part to be
/// read. On the array's own device, `array.copy()`.
Array copy_to(const Device& device, const Array& array);

}  // namespace lockstep
