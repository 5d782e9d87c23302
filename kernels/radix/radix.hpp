#pragma once

#include "bit_order.hpp"
#include "lockstep/native_kernel.hpp"

namespace lockstep {

/// The three phases of a pass of the radix sort, one launch each: see README.md.
enum class RadixPhase { count, offsets, move };

/// What travels with the keys: nothing, a place each, or a place each that is the key's own position so far.
enum class RadixPlaces { none, read, positions };

inline constexpr std::uint64_t kRadixDigits = 256;
/// Tiles have a multiple of this many elements.
inline constexpr std::uint64_t kRadixTile = 2048;

/// One pass of a stable radix sort by a digit of 8 bits. Contract: kernels/radix/README.md. `key` is u8, u32 or u64;
/// throws `bad_type` for another type. Arguments: keys_in, keys_out, places_in, places_out, counts, length, tile,
/// phase, order, shift, places, row.
const NativeKernel& radix_kernel(DType key);

// The CPU source, radix.cpu.cpp.
template <class K>
void radix_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);

}  // namespace lockstep
