#include "backends/common/warp_layout.hpp"

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include "backends/common/work.hpp"

namespace lockstep::text {
namespace {

constexpr std::size_t kVectorBytes = 16;
// A work-item asks for this much at once: 2048 of them then keep 64 KiB under way, and a multiprocessor of Hopper
// needs 48 KiB.
constexpr std::size_t kBytesUnderWay = 32;
// Programs of more operations than this are bound by arithmetic; several copies of them only cost time to compile.
constexpr std::size_t kLongProgram = 64, kVeryLongProgram = 256;
// Memory that the outputs of a group in Family::columns may share.
constexpr std::size_t kSharedBytes = 32768;
// Units that one group of 1024 work-items folds in one launch, and the outputs up to which a group is that large.
constexpr std::uint64_t kLeastTogether = 8, kMostTogether = 128, kFewOutputs = 64;

// Bytes that a group in Family::columns needs for each output.
std::size_t column_bytes(const Program& program) {
  std::size_t bytes = 0;
  for (const Output& o : program.outputs)
    if (o.fold != Fold::store) bytes += size_of(program.nodes[o.node].type) + (carries_index(o.fold) ? 8 : 0);
  return bytes * kLanes;
}

// Bytes that a work-item of the second kernel needs for each type that is folded, with places and without.
std::size_t finish_bytes(const Program& program) {
  std::set<std::pair<DType, bool>> kinds;
  for (const Output& o : program.outputs)
    if (o.fold != Fold::store) kinds.emplace(program.nodes[o.node].type, carries_index(o.fold));
  std::size_t bytes = 0;
  for (const auto& [type, arg] : kinds) bytes += size_of(type) + (arg ? 8 : 0);
  return bytes;
}

// True if every run of `vector` elements that begins at a multiple of it lies on a boundary of the vector's size.
bool is_aligned(const Operand& operand, const Pass& pass, int dims, int run, int vector) {
  if (operand.offset % vector != 0) return false;
  for (int d = 0; d < dims; ++d) {
    const auto i = static_cast<std::size_t>(d);
    if (d != run && pass.extents[i] > 1 && operand.strides[i] % vector != 0) return false;
  }
  return true;
}

// The elements that fill a vector of the widest operand.
int vector_of(const Layout& layout, const Program& program) {
  std::size_t widest = 0;
  for (std::size_t a = 0; a < layout.arrays.size(); ++a)
    if (layout.arrays[a] == Walk::step) widest = std::max(widest, size_of(program.arrays[a]));
  for (std::size_t o = 0; o < layout.outputs.size(); ++o)
    if (layout.outputs[o] == Walk::step) widest = std::max(widest, size_of(program.output_type(program.outputs[o])));
  return static_cast<int>(kVectorBytes / (widest == 0 ? 4 : widest));
}

void find_vectors(Layout& layout, const Program& program, const Pass& pass) {
  const int run = layout.run_dimension();
  layout.array_vectors.assign(layout.arrays.size(), false);
  layout.output_vectors.assign(layout.outputs.size(), false);
  for (std::size_t a = 0; a < layout.arrays.size(); ++a)
    layout.array_vectors[a] =
        layout.arrays[a] == Walk::step && is_aligned(pass.arrays[a], pass, pass.rank, run, layout.vector);
  for (std::size_t o = 0; o < layout.outputs.size(); ++o)
    layout.output_vectors[o] = program.outputs[o].fold == Fold::store && layout.outputs[o] == Walk::step &&
                               is_aligned(pass.outputs[o], pass, pass.rank, run, layout.vector);
}

int repeats_of(const Layout& layout, const Program& program) {
  std::size_t bytes = 0;
  for (std::size_t a = 0; a < layout.arrays.size(); ++a)
    if (layout.arrays[a] == Walk::step) bytes += size_of(program.arrays[a]) * static_cast<std::size_t>(layout.vector);
  // More than one only for passes of one dimension, where all full vectors lie before all others.
  if (layout.rank > 1 || program.nodes.size() > kLongProgram) return 1;
  return static_cast<int>(std::clamp<std::size_t>(kBytesUnderWay / std::max<std::size_t>(bytes, 8), 1, 4));
}

}  // namespace

Family warp_family(const Program& program, bool across) {
  if (!has_folds(program)) return program.nodes.size() > kVeryLongProgram ? Family::elements : Family::vectors;
  if (!across) return Family::warps;
  return column_bytes(program) <= kSharedBytes ? Family::columns : Family::items;
}

void choose_vectors(Layout& layout, const Program& program, const Pass& pass) {
  if (is_fold(layout.family) && finish_bytes(program) * 1024 <= kSharedBytes) layout.finish_group = 1024;
  if (layout.family == Family::vectors) {
    layout.vector = vector_of(layout, program);
    find_vectors(layout, program, pass);
    layout.repeats = repeats_of(layout, program);
  } else if (layout.family == Family::warps) {
    const std::uint64_t folded = pass.inner(), units = (folded + kUnit - 1) / kUnit;
    layout.vector = 4;  // the lanes of a work-item
    find_vectors(layout, program, pass);
    layout.repeats = std::clamp(static_cast<int>(std::bit_ceil(std::min(folded, kLanes))) / layout.vector, 1, 32);
    if (units > kLeastTogether && units <= kMostTogether && pass.outer() <= kFewOutputs) layout.group = 1024;
  } else if (layout.family == Family::columns) {
    layout.repeats = static_cast<int>(std::bit_floor(std::min<std::size_t>(64, kSharedBytes / column_bytes(program))));
  }
}

}  // namespace lockstep::text
