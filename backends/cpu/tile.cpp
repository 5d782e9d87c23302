#include "tile.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "block_ops.hpp"

namespace lockstep::cpu {
namespace {

/// Calls `f(offset, count, stride)` for runs along the last of the dimensions [from, to), `count` places from number
/// `start`.
template <class F>
void for_runs(const Pass& pass, const Operand& operand, int from, int to, std::uint64_t start, std::size_t count, F f) {
  if (from == to) {
    f(std::int64_t{0}, count, std::int64_t{0});
    return;
  }
  std::array<std::uint64_t, kMaxRank> at{};
  std::int64_t offset = 0;
  std::uint64_t rest = start;
  for (int d = to - 1; d >= from; --d) {
    const auto i = static_cast<std::size_t>(d);
    at[i] = d == from ? rest : rest % pass.extents[i];
    rest /= pass.extents[i];
    offset += static_cast<std::int64_t>(at[i]) * operand.strides[i];
  }
  const auto last = static_cast<std::size_t>(to - 1);
  while (count > 0) {
    const std::size_t run = static_cast<std::size_t>(std::min<std::uint64_t>(count, pass.extents[last] - at[last]));
    f(offset, run, operand.strides[last]);
    count -= run;
    if (count == 0) return;
    // Carry: the last dimension is at its end.
    offset += static_cast<std::int64_t>(run) * operand.strides[last];
    at[last] += run;
    for (int d = to - 1; d > from && at[static_cast<std::size_t>(d)] == pass.extents[static_cast<std::size_t>(d)];
         --d) {
      const auto i = static_cast<std::size_t>(d);
      offset += operand.strides[i - 1] - static_cast<std::int64_t>(at[i]) * operand.strides[i];
      at[i] = 0;
      ++at[i - 1];
    }
  }
}

/// Calls `f(place in the block, offset, count, stride)` for the runs of a tile.
template <class F>
void for_tile(const Pass& pass, const Operand& operand, const Tile& tile, F f) {
  std::size_t place = 0;
  if (tile.width == 1) {
    const std::int64_t base = operand.offset + outer_offset(pass, operand, tile.outer);
    for_runs(pass, operand, pass.outer_rank, pass.rank, tile.inner, tile.rows,
             [&](std::int64_t offset, std::size_t run, std::int64_t stride) {
               f(place, base + offset, run, stride);
               place += run;
             });
    return;
  }
  std::array<std::int64_t, kBlock> rows;
  for_runs(pass, operand, pass.outer_rank, pass.rank, tile.inner, tile.rows,
           [&](std::int64_t offset, std::size_t run, std::int64_t stride) {
             for (std::size_t i = 0; i < run; ++i) rows[place + i] = offset + static_cast<std::int64_t>(i) * stride;
             place += run;
           });
  std::size_t column = 0;
  for_runs(pass, operand, 0, pass.outer_rank, tile.outer, tile.width,
           [&](std::int64_t offset, std::size_t run, std::int64_t stride) {
             for (std::size_t r = 0; r < tile.rows; ++r)
               f(r * tile.width + column, operand.offset + rows[r] + offset, run, stride);
             column += run;
           });
}

template <class T>
void gather_as(const Pass& pass, const Operand& operand, const Tile& tile, const std::byte* from, void* block) {
  const T* source = reinterpret_cast<const T*>(from);
  T* target = static_cast<T*>(block);
  for_tile(pass, operand, tile, [&](std::size_t place, std::int64_t offset, std::size_t run, std::int64_t stride) {
    const T* s = source + offset;
    T* t = target + place;
    if (stride == 1)
      std::memcpy(t, s, run * sizeof(T));
    else if (stride == 0)
      std::fill_n(t, run, *s);
    else
      for (std::size_t i = 0; i < run; ++i) t[i] = s[static_cast<std::int64_t>(i) * stride];
  });
}

template <class T>
void scatter_as(const Pass& pass, const Operand& operand, const Tile& tile, const void* block, std::byte* to) {
  const T* source = static_cast<const T*>(block);
  T* target = reinterpret_cast<T*>(to);
  for_tile(pass, operand, tile, [&](std::size_t place, std::int64_t offset, std::size_t run, std::int64_t stride) {
    T* t = target + offset;
    const T* s = source + place;
    if (stride == 1)
      std::memcpy(t, s, run * sizeof(T));
    else
      for (std::size_t i = 0; i < run; ++i) t[static_cast<std::int64_t>(i) * stride] = s[i];
  });
}

}  // namespace

std::int64_t outer_offset(const Pass& pass, const Operand& operand, std::uint64_t outer) {
  std::int64_t offset = 0;
  for (int d = pass.outer_rank - 1; d >= 0; --d) {
    const auto i = static_cast<std::size_t>(d);
    offset += static_cast<std::int64_t>(outer % pass.extents[i]) * operand.strides[i];
    outer /= pass.extents[i];
  }
  return offset;
}

std::int64_t tile_start(const Pass& pass, const Operand& operand, const Tile& tile) {
  // One folded dimension of stride 1, or none.
  return operand.offset + outer_offset(pass, operand, tile.outer) + static_cast<std::int64_t>(tile.inner);
}

bool is_contiguous_inside(const Pass& pass, const Operand& operand) {
  const int inner_rank = pass.rank - pass.outer_rank;
  return inner_rank == 0 || (inner_rank == 1 && operand.strides[static_cast<std::size_t>(pass.outer_rank)] == 1);
}

void gather(const Pass& pass, const Operand& operand, const Tile& tile, const std::byte* from, std::size_t size,
            void* block) {
  if (size == 1)
    gather_as<std::uint8_t>(pass, operand, tile, from, block);
  else if (size == 4)
    gather_as<std::uint32_t>(pass, operand, tile, from, block);
  else
    gather_as<std::uint64_t>(pass, operand, tile, from, block);
}

void scatter(const Pass& pass, const Operand& operand, const Tile& tile, const void* block, std::size_t size,
             std::byte* to) {
  if (size == 1)
    scatter_as<std::uint8_t>(pass, operand, tile, block, to);
  else if (size == 4)
    scatter_as<std::uint32_t>(pass, operand, tile, block, to);
  else
    scatter_as<std::uint64_t>(pass, operand, tile, block, to);
}

void fill_index(const Pass& pass, const Operand& operand, const Tile& tile, std::int64_t* block) {
  for_tile(pass, operand, tile, [&](std::size_t place, std::int64_t offset, std::size_t run, std::int64_t stride) {
    // By additions, which vectors of all processors have in 64 bits.
    auto value = static_cast<std::uint64_t>(offset);
    for (std::size_t i = 0; i < run; ++i, value += static_cast<std::uint64_t>(stride))
      block[place + i] = static_cast<std::int64_t>(value);
  });
}

}  // namespace lockstep::cpu
