#pragma once

#include <cstddef>
#include <cstdint>

#include "lockstep/backend.hpp"

namespace lockstep::cpu {

/// Part of a pass that fits a block: `rows` folded places from `inner` for `width` kept places from `outer`. In a block
/// its elements lie row by row; a pass without folds has only rows of width 1.
struct Tile {
  std::uint64_t outer = 0;
  std::uint64_t inner = 0;
  std::size_t width = 1;
  std::size_t rows = 0;

  std::size_t size() const noexcept { return width * rows; }
};

/// Where a tile's elements lie in an operand, in elements. Only valid if `contiguous_tile` holds.
std::int64_t tile_start(const Pass& pass, const Operand& operand, const Tile& tile);
/// True if every tile of width 1 of this pass is one run of memory in the operand.
bool is_contiguous_inside(const Pass& pass, const Operand& operand);

/// Copies a tile between an operand's memory and a dense block, `size` bytes per element.
void gather(const Pass& pass, const Operand& operand, const Tile& tile, const std::byte* from, std::size_t size,
            void* block);
void scatter(const Pass& pass, const Operand& operand, const Tile& tile, const void* block, std::size_t size,
             std::byte* to);
/// Writes the values of an index operand to a block.
void fill_index(const Pass& pass, const Operand& operand, const Tile& tile, std::int64_t* block);

/// Place of kept element number `outer` in a folded output.
std::int64_t outer_offset(const Pass& pass, const Operand& operand, std::uint64_t outer);

}  // namespace lockstep::cpu
