#include "backends/common/layout.hpp"

#include "backends/common/warp_layout.hpp"
#include "backends/common/work.hpp"

#include <algorithm>
#include <cstdlib>

namespace lockstep::text {
namespace {

// Outputs that one work-item folds beside each other, at least, for that to pay.
constexpr std::uint64_t kFewOutputs = 8;
// Folds shorter than this leave most lanes of a unit empty.
constexpr std::uint64_t kShortOnProcessor = 64, kShortOnGpu = 1024;

Walk walk_of(const Operand& operand, const Pass& pass, int dims, int run) {
  const auto is_zero = [](std::int64_t s) { return s == 0; };
  if (std::all_of(operand.strides.begin(), operand.strides.begin() + dims, is_zero)) return Walk::hold;
  const std::int64_t stride = operand.strides[static_cast<std::size_t>(run)];
  if (stride == 1) return Walk::step;
  return stride == 0 || pass.extents[static_cast<std::size_t>(run)] == 1 ? Walk::repeat : Walk::stride;
}

bool same_elements(const Operand& a, const Operand& b) {
  return a.buffer == b.buffer && a.offset == b.offset && a.strides == b.strides;
}

// True if more operands are read in the order of memory when a kernel runs across the outputs.
bool runs_better_across(const Pass& pass) {
  const auto inner = static_cast<std::size_t>(pass.rank - 1), outer = static_cast<std::size_t>(pass.outer_rank - 1);
  int votes = 0;
  for (const Operand& a : pass.arrays) {
    const auto along = std::abs(a.strides[inner]), across = std::abs(a.strides[outer]);
    votes += across < along ? 1 : along < across ? -1 : 0;
  }
  return votes > 0;
}

Family family_of(const Program& program, const Pass& pass, Target target) {
  if (target == Target::warps)
    return warp_family(program, pass.outer_rank > 0 && has_folds(program) && runs_better_across(pass));
  const bool gpu = target == Target::gpu;
  if (!has_folds(program)) return gpu ? Family::elements : Family::blocks;
  const bool many = pass.outer_rank > 0 && pass.extents[static_cast<std::size_t>(pass.outer_rank - 1)] >= kFewOutputs;
  const bool beside = many && (pass.inner() < (gpu ? kShortOnGpu : kShortOnProcessor) || runs_better_across(pass));
  return gpu ? (beside ? Family::items : Family::groups) : (beside ? Family::across : Family::along);
}

void find_shared_memory(Layout& layout, const Program& program, const Pass& pass) {
  for (std::size_t o = 0; o < pass.outputs.size(); ++o) {
    const Operand& out = pass.outputs[o];
    int same = -1;
    for (std::size_t a = 0; a < pass.arrays.size(); ++a) {
      if (pass.arrays[a].buffer != out.buffer) continue;
      const bool usable = same < 0 && program.outputs[o].fold == Fold::store && same_elements(pass.arrays[a], out) &&
                          program.arrays[a] == program.output_type(program.outputs[o]);
      if (usable)
        same = static_cast<int>(a);
      else
        layout.separate = false;
    }
    for (std::size_t other = 0; other < o; ++other)
      if (pass.outputs[other].buffer == out.buffer) layout.separate = false;
    layout.same_as.push_back(same);
    if (same >= 0) layout.arrays[static_cast<std::size_t>(same)] = layout.outputs[o];
  }
}

}  // namespace

bool has_folds(const Program& program) noexcept {
  return std::any_of(program.outputs.begin(), program.outputs.end(),
                     [](const Output& o) { return o.fold != Fold::store; });
}

Pass complete(Pass pass, bool folds) {
  if (pass.rank == 0 || (folds && pass.rank == pass.outer_rank)) {
    // There is room: a folded dimension that is not listed had an extent of 1.
    pass.extents[static_cast<std::size_t>(pass.rank)] = 1;
    ++pass.rank;
  }
  return pass;
}

Layout make_layout(const Program& program, const Pass& pass, Target target) {
  Layout layout;
  layout.family = family_of(program, pass, target);
  layout.rank = pass.rank;
  layout.outer_rank = pass.outer_rank;
  const int run = layout.run_dimension();
  for (const Operand& a : pass.arrays) layout.arrays.push_back(walk_of(a, pass, pass.rank, run));
  for (const Operand& i : pass.indices) layout.indices.push_back(walk_of(i, pass, pass.rank, run));
  for (std::size_t o = 0; o < pass.outputs.size(); ++o) {
    const bool stored = program.outputs[o].fold == Fold::store;
    const Walk walk = walk_of(pass.outputs[o], pass, pass.rank, run);
    // Stored outputs have an address for each element, even if there is only one.
    layout.outputs.push_back(!stored ? Walk::stride : walk == Walk::hold ? Walk::repeat : walk);
  }
  layout.narrow = pass.outer() * pass.inner() <= 0xffffffffu;
  find_shared_memory(layout, program, pass);
  if (target == Target::warps) choose_vectors(layout, program, pass);
  return layout;
}

Layout typical_layout(const Program& program, Target target) {
  Buffer read(1), written(1);
  std::vector<Operand> operands(program.arrays.size() + program.indices + program.outputs.size(), {&read, 0, {1}});
  const std::span<Operand> all(operands), outputs = all.last(program.outputs.size());
  for (Operand& output : outputs) output.buffer = &written;
  Pass pass;
  pass.rank = 1;
  pass.extents[0] = kUnit;
  pass.arrays = all.first(program.arrays.size());
  pass.indices = all.subspan(program.arrays.size(), program.indices);
  pass.outputs = outputs;
  Layout layout = make_layout(program, pass, target);
  layout.separate = true;
  return layout;
}

}  // namespace lockstep::text
