#include "backends/common/work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

namespace lockstep::text {
namespace {

// Elements of a block: enough to hide the start of a work-group, few enough to keep all cores busy.
constexpr std::uint64_t kBlock = 16384;
// The least that is worth a work-group: passes of a few blocks are divided among all cores.
constexpr std::uint64_t kSmallBlock = 4096;
// Tasks for each core: more of them even out unequal ones, fewer keep the second kernel small.
constexpr std::uint64_t kTasksPerUnit = 8, kGroupsPerUnit = 16, kItemsPerUnit = 2048;
// Groups of 8 warps for each multiprocessor when an output is divided, and the warps that it has room for.
constexpr std::uint64_t kWarpGroupsPerUnit = 32, kWarpsPerUnit = 64;
// The least work that is worth a task.
constexpr std::uint64_t kChunkUnits = 16;

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

Work elements_work(const Layout& layout, const Pass& pass, Work work, std::uint64_t compute_units) {
  if (layout.family == Family::vectors) {
    const std::uint64_t row = pass.extents[static_cast<std::size_t>(layout.rank - 1)];
    work.per_item = divide_up(row, static_cast<std::uint64_t>(layout.vector));
    work.total = work.total / row * work.per_item;
    work.group_size = kGroupSize;
    work.groups = divide_up(work.total, kGroupSize * static_cast<std::uint64_t>(layout.repeats));
    return work;
  }
  if (layout.family == Family::elements) {
    work.group_size = kGroupSize;
    work.groups = divide_up(work.total, kGroupSize);
    return work;
  }
  const std::uint64_t share = divide_up(work.total, compute_units * 2);
  work.per_item = std::clamp(divide_up(share, kSmallBlock) * kSmallBlock, kSmallBlock, kBlock);
  work.groups = divide_up(work.total, work.per_item);
  return work;
}

// Divides `units` of each of `outer` outputs so that there are about `wanted` tasks.
void divide_units(Work& work, std::uint64_t outer, std::uint64_t wanted, std::uint64_t least) {
  const std::uint64_t units = divide_up(work.folded, kUnit);
  const std::uint64_t per_output = std::max<std::uint64_t>(1, wanted / outer);
  work.chunk_units = std::bit_ceil(std::max(least, divide_up(units, per_output)));
  work.chunks = divide_up(units, work.chunk_units);
}

// A task is folded by 1 to 32 warps of one group; a group may have several tasks.
void warps_work(const Layout& layout, Work& work, std::uint64_t compute_units) {
  const auto team = static_cast<std::uint64_t>(layout.repeats), size = static_cast<std::uint64_t>(layout.group);
  const std::uint64_t units = std::bit_ceil(divide_up(work.folded, kUnit)), warps = size / kWarp;
  work.chunk_units = units;
  if (layout.group == kGroupSize) divide_units(work, work.outer, compute_units * kWarpGroupsPerUnit, kUnitsPerGroup);
  if (work.chunks == 1) work.chunk_units = units;
  const bool one_each = team < kWarp || work.outer >= compute_units * kWarpsPerUnit;
  work.per_item = one_each && work.chunks == 1 ? 1 : std::min(warps, std::min(work.chunk_units, units));
  work.tasks = work.outer * work.chunks;
  work.group_size = size;
  work.groups = divide_up(work.tasks * work.per_item * team, size);
}

void columns_work(const Layout& layout, const Pass& pass, Work& work, std::uint64_t compute_units) {
  const std::uint64_t width = pass.extents[static_cast<std::size_t>(layout.outer_rank - 1)];
  work.columns = divide_up(width, static_cast<std::uint64_t>(layout.repeats));
  work.per_item = divide_up(width, work.columns);
  const std::uint64_t blocks = work.outer / width * work.columns;
  divide_units(work, blocks, compute_units * kGroupsPerUnit, 1);
  work.tasks = blocks * work.chunks;
  work.group_size = kGroupSize;
  work.groups = work.tasks;
}

// How the second kernel is divided.
void finish_work(const Layout& layout, Work& work) {
  work.finish_size = finish_size_of(layout);
  work.team = std::min(work.finish_size, std::bit_ceil(work.chunks));
  work.run = std::bit_ceil(divide_up(work.chunks, work.team));
  work.finish_groups = divide_up(work.outer, work.finish_size / work.team);
}

void visit_folds(const Program& program, auto&& f) {
  for (std::size_t o = 0; o < program.outputs.size(); ++o)
    if (program.outputs[o].fold != Fold::store) f(o, program.output_type(program.outputs[o]));
}

struct NumberRow {
  const char* name;
  std::uint64_t Work::*member;
  Stage stage;
  bool elements;  ///< not only of folds
};
constexpr NumberRow kNumbers[] = {
    {"total", &Work::total, Stage::run, true},      {"per_item", &Work::per_item, Stage::run, true},
    {"folded", &Work::folded, Stage::run, false},   {"outer", &Work::outer, Stage::run, false},
    {"columns", &Work::columns, Stage::run, false}, {"chunk_units", &Work::chunk_units, Stage::run, false},
    {"chunks", &Work::chunks, Stage::run, false},   {"tasks", &Work::tasks, Stage::run, false},
    {"lanes", &Work::lanes, Stage::run, false},     {"chunks", &Work::chunks, Stage::finish, false},
    {"results", &Work::run, Stage::finish, false},  {"team", &Work::team, Stage::finish, false},
    {"outer", &Work::outer, Stage::finish, false},
};

// Calls f(name, value) for each number in order, where name() makes the name: texts are slow, and a run needs none.
// The value is looked up only if there is a pass.
void visit_geometry(const Program& program, const Layout& layout, Stage stage, const Pass* pass, const Work* work,
                    auto&& f) {
  const bool run = stage == Stage::run;
  for (const NumberRow& row : kNumbers)
    if (row.stage == stage && (row.elements || is_fold(layout.family)))
      f([&] { return std::string(row.name); }, work ? work->*row.member : 0);
  if (is_fold(layout.family)) {
    const Partials partials = work ? make_partials(program, *work) : Partials{};
    visit_folds(program, [&](std::size_t o, DType) {
      f([&] { return fmt::format("f{}_o", o); }, work ? partials.values[o] : 0);
      if (carries_index(program.outputs[o].fold))
        f([&] { return fmt::format("f{}_at_o", o); }, work ? partials.indices[o] : 0);
    });
  }
  for (int d = 0; d < (run ? layout.rank : layout.outer_rank); ++d)
    f([&] { return fmt::format("e{}", d); }, pass ? pass->extents[static_cast<std::size_t>(d)] : 0);
  const auto operands = [&](char letter, const std::vector<Walk>& walks, std::span<const Operand> list) {
    for (std::size_t k = 0; k < walks.size(); ++k) {
      if (letter == 'r' && layout.same_as[k] >= 0) continue;
      if (!run && (letter != 'r' || program.outputs[k].fold == Fold::store)) continue;
      f([&] { return fmt::format("{}{}_o", letter, k); }, pass ? static_cast<std::uint64_t>(list[k].offset) : 0);
      const int dims = letter == 'r' && program.outputs[k].fold != Fold::store ? layout.outer_rank : layout.rank;
      for (int d = 0; d < dims && walks[k] != Walk::hold; ++d) {
        if (d == layout.run_dimension() && walks[k] != Walk::stride) continue;
        f([&] { return fmt::format("{}{}_s{}", letter, k, d); },
          pass ? static_cast<std::uint64_t>(list[k].strides[static_cast<std::size_t>(d)]) : 0);
      }
    }
  };
  operands('a', layout.arrays, pass ? pass->arrays : std::span<const Operand>{});
  operands('i', layout.indices, pass ? pass->indices : std::span<const Operand>{});
  operands('r', layout.outputs, pass ? pass->outputs : std::span<const Operand>{});
}

}  // namespace

Work make_work(const Layout& layout, const Pass& pass, std::uint64_t compute_units) {
  Work work;
  work.folded = pass.inner();
  work.outer = pass.outer();
  work.total = work.folded * work.outer;
  if (!is_fold(layout.family)) return elements_work(layout, pass, work, compute_units);

  work.lanes = std::bit_ceil(std::min(work.folded, kLanes));
  if (layout.family == Family::warps) {
    warps_work(layout, work, compute_units);
  } else if (layout.family == Family::columns) {
    columns_work(layout, pass, work, compute_units);
  } else if (layout.family == Family::items) {
    divide_units(work, work.outer, compute_units * kItemsPerUnit, 1);
    work.tasks = work.outer * work.chunks;
    work.group_size = kGroupSize;
    work.groups = divide_up(work.tasks, kGroupSize);
  } else if (layout.family == Family::groups) {
    divide_units(work, work.outer, compute_units * kGroupsPerUnit, kUnitsPerGroup);
    work.tasks = work.outer * work.chunks;
    work.per_item = divide_up(work.tasks, std::uint64_t{1} << 20);
    work.group_size = kGroupSize;
    work.groups = divide_up(work.tasks, work.per_item);
  } else {
    const bool across = layout.family == Family::across;
    const std::uint64_t width = across ? pass.extents[static_cast<std::size_t>(layout.outer_rank - 1)] : 1;
    work.columns = across ? divide_up(width, kColumns) : 1;
    const std::uint64_t blocks = work.outer / width * work.columns;
    divide_units(work, blocks, compute_units * kTasksPerUnit, across ? 1 : kChunkUnits);
    work.tasks = blocks * work.chunks;
    // Short tasks are taken many at a time.
    const std::uint64_t elements = std::max<std::uint64_t>(1, work.total / work.tasks);
    work.per_item =
        std::clamp<std::uint64_t>(kBlock / 2 / elements, 1, divide_up(work.tasks, compute_units * kTasksPerUnit));
    work.groups = divide_up(work.tasks, work.per_item);
  }
  finish_work(layout, work);
  return work;
}

Partials make_partials(const Program& program, const Work& work) {
  Partials partials;
  partials.values.resize(program.outputs.size());
  partials.indices.resize(program.outputs.size());
  visit_folds(program, [&](std::size_t o, DType) {
    // 8 bytes for each, whatever the type: all places are aligned.
    partials.values[o] = partials.bytes;
    partials.indices[o] = partials.bytes + work.outer * work.chunks * 8;
    partials.bytes += work.outer * work.chunks * 8 * (carries_index(program.outputs[o].fold) ? 2 : 1);
  });
  if (work.chunks == 1) partials.bytes = 0;
  return partials;
}

std::uint64_t shared_bytes(const Program& program) {
  std::set<std::pair<DType, bool>> kinds;  // folds of a kind share a piece, one after another
  for (const Output& output : program.outputs)
    if (output.fold != Fold::store) kinds.emplace(program.nodes[output.node].type, carries_index(output.fold));
  std::uint64_t bytes = 0;
  for (const auto& [type, has_index] : kinds) bytes += kGroupSize * (size_of(type) + (has_index ? 8 : 0));
  return bytes;
}

std::vector<std::string> geometry_names(const Program& program, const Layout& layout, Stage stage) {
  std::vector<std::string> names;
  visit_geometry(program, layout, stage, nullptr, nullptr,
                 [&](auto&& name, std::uint64_t) { names.push_back(name()); });
  return names;
}

std::vector<std::uint64_t> geometry_values(const Program& program, const Layout& layout, Stage stage, const Pass& pass,
                                           const Work& work) {
  std::vector<std::uint64_t> values;
  values.reserve(64);
  visit_geometry(program, layout, stage, &pass, &work, [&](auto&&, std::uint64_t value) { values.push_back(value); });
  return values;
}

}  // namespace lockstep::text
