#pragma once

#include "bit_order.hpp"
#include "lockstep/array.hpp"

namespace lockstep::algorithms {

/// What is sorted and how: dense keys of an unsigned type.
struct RadixOrder {
  BitOrder order = BitOrder::as_unsigned;
  int bits = 64;          ///< only the lowest of a key, once in order, differ
  bool places = false;    ///< where the keys come from is wanted
  std::uint64_t row = 0;  ///< elements of a row, each of which is sorted by itself; 0 if all are one
};

struct RadixSorted {
  Array keys;
  Array places;  ///< u32; no array if not wanted
};

/// True if the device sorts elements of this type by a library of its maker's, in a time that hardly depends on
/// RadixOrder::bits.
bool has_library_sort(const Device& device, DType element);

/// Throws `bad_shape` for 2^32 keys or more.
void check_sortable(std::uint64_t keys);

/// Sorts a copy, stably. Throws `bad_shape` for 2^32 keys or more. Does not wait.
RadixSorted radix_sort(const Array& keys, const RadixOrder& how);

}  // namespace lockstep::algorithms
