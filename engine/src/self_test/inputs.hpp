#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/device.hpp"

namespace lockstep::self {

/// How many elements each check computes: five units of the tree, the last of them short.
inline constexpr std::uint64_t kElements = 4999;

/// The bits of fixed values of a type, in the low bytes: one in four is special (zeros, infinities, NaN, subnormals,
/// ends of the range), others are small whole numbers, of moderate size or any bits at all. Made with integers only, so
/// that they are the same everywhere. `which` tells the operands of one function apart.
std::vector<std::uint64_t> inputs(DType type, std::uint32_t which);

/// Finite values of moderate size, whose sums round at nearly every step.
std::vector<std::uint64_t> finite_inputs(DType type);

/// The elements as an array on `device`.
Array upload(const Device& device, DType type, const std::vector<std::uint64_t>& bits);

}  // namespace lockstep::self
