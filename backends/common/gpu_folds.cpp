// Folds on any GPU: 256 work-items for 8 units, or a work-item for each output.
#include "backends/common/fold_parts.hpp"
#include "backends/common/work.hpp"

namespace lockstep::text {
namespace {

// From 4 lanes in each of 32 work-items to one value of 8 units.
void fold_group(Writer& w, const KernelParts& k) {
  w.line("const uint have = end - unit * {0} >= {1} ? {2} : (uint)((end - unit * {0} + {3}) / {0});", kUnit,
         kUnit * kUnitsPerGroup, kUnitsPerGroup, kUnit - 1);
  for (const FoldText& f : k.folds) {
    for (const auto& [to, from] : {std::pair{"[0]", "[2]"}, {"[1]", "[3]"}, {"[0]", "[1]"}})
      f.fold(w, f.slot(name(f), to), f.slot(name(f), from));
    f.set(w, f.slot(shared(f), "[id]"), f.slot(name(f), "[0]"));
    w.line("{}", k.dialect.barrier);
    w.open("for (uint h = 16; h > 0; h /= 2)");
    shared_step(w, k, f, "lane < h", "h");
    w.close();
    w.open("for (uint h = 1; h < {}; h *= 2)", kUnitsPerGroup);
    shared_step(w, k, f, "lane == 0 && which % (2 * h) == 0 && which + h < have", "32 * h");
    w.close();
    f.set(w, f.slot(top(f)), f.slot(shared(f), "[0]"));
    w.line("{}", k.dialect.barrier);
  }
}

}  // namespace

void groups_body(Writer& w, const KernelParts& k) {
  declare_shared(w, k, kGroupSize);
  k.element.for_pass(w);
  w.line("const uint id = {}, lane = id % 32, which = id / 32;", k.dialect.local_id);
  w.line("const ulong first_task = {} * per_item;", k.dialect.group_id);
  w.line("const ulong end_task = tasks - first_task < per_item ? tasks : first_task + per_item;");
  w.open("for (ulong task = first_task; task < end_task; ++task)");
  w.line("const ulong o = task / chunks, chunk = task % chunks;");
  begin_chunk(w);
  coordinates(w, k, 0, k.layout.outer_rank, "o");
  k.element.for_outer(w);
  declare_tops(w, k);
  declare_stacks(w, k, "");
  w.line("ulong count = 0;");
  w.open("for (ulong unit = first_unit; unit * {} < end; unit += {}, ++count)", kUnit, kUnitsPerGroup);
  for (const FoldText& f : k.folds) {
    f.declare(w, "", name(f), "4");
    w.open("for (uint q = 0; q < 4; ++q)");
    f.set(w, f.slot(name(f), "[q]"), f.identity());
    w.close();
  }
  w.open("for (uint r = 0; r < {}; ++r)", kUnit / kLanes);
  w.open("for (uint q = 0; q < 4; ++q)");
  w.line("const ulong e = (unit + which) * {} + r * {} + q * 32 + lane;", kUnit, kLanes);
  fold_element(w, k, "f", "[q]");
  w.close();
  w.close();
  fold_group(w, k);
  w.open("if (id == 0)");
  push(w, k, "stack", "count");
  w.close();
  w.close();
  w.open("if (id == 0)");
  flush(w, k, "stack", "count");
  store_folds(w, k, "", "o", "chunk");
  w.close();
  w.close();
}

void items_body(Writer& w, const KernelParts& k) {
  w.line("const ulong task = {};", k.dialect.global_id);
  w.line("if (task >= tasks) return;");
  k.element.for_pass(w);
  w.line("const ulong o = task % outer, chunk = task / outer;");
  begin_chunk(w);
  coordinates(w, k, 0, k.layout.outer_rank, "o");
  k.element.for_outer(w);
  declare_tops(w, k);
  declare_stacks(w, k, "");
  for (const FoldText& f : k.folds) f.declare(w, "", name(f) + "_lanes", "8");
  w.line("ulong count = 0;");
  w.open("for (ulong unit = first_unit; unit * {} < end; ++unit, ++count)", kUnit);
  // Lanes in the order of reversed bits: then the tree of halves is one of neighbours, and a stack of 8 is enough.
  w.open("for (uint m = 0; m < (uint)lanes; ++m)");
  w.line("uint l = 0;");
  w.line("for (uint low = 1, high = (uint)lanes / 2; high > 0; low *= 2, high /= 2) l |= (m & low) != 0 ? high : 0;");
  for (const FoldText& f : k.folds) f.set(w, f.slot(top(f)), f.identity());
  w.open("for (uint r = 0; r < {}; ++r)", kUnit / kLanes);
  w.line("const ulong e = unit * {} + r * {} + l;", kUnit, kLanes);
  fold_element(w, k, "t", "");
  w.close();
  push(w, k, "lanes", "m");
  w.close();
  push(w, k, "stack", "count");
  w.close();
  flush(w, k, "stack", "count");
  store_folds(w, k, "", "o", "chunk");
}

}  // namespace lockstep::text
