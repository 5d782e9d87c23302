#pragma once

#include "lockstep/dtype.hpp"

namespace lockstep {

/// How the bits of elements become unsigned keys in the order of the values.
enum class BitOrder : std::uint32_t { as_unsigned, as_signed, as_float };

constexpr BitOrder bit_order(DType type) noexcept {
  return is_floating(type) ? BitOrder::as_float : is_signed(type) ? BitOrder::as_signed : BitOrder::as_unsigned;
}

/// The unsigned integers as wide as `type`.
constexpr DType unsigned_type(DType type) noexcept {
  return size_of(type) == 8 ? DType::u64 : size_of(type) == 4 ? DType::u32 : DType::u8;
}

}  // namespace lockstep
