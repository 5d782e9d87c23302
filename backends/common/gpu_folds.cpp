// Folds on GPUs: 256 work-items for 8 units, or a work-item for each output; and the second kernel of all folds.
#include <set>

#include "backends/common/families.hpp"
#include "backends/common/work.hpp"

namespace lockstep::text {
namespace {

std::string name(const FoldText& f) { return fmt::format("f{}", f.number()); }
std::string top(const FoldText& f) { return fmt::format("t{}", f.number()); }

// Memory of the group, shared by all folds of a type one after another.
std::string shared(const FoldText& f) {
  return fmt::format("shared_{}{}", to_string(f.type()), f.has_index() ? "_arg" : "");
}

void declare_shared(Writer& w, const KernelParts& k) {
  std::set<std::string> seen;
  for (const FoldText& f : k.folds)
    if (seen.insert(shared(f)).second) f.declare(w, k.dialect.local, shared(f), fmt::format("{}", kGroupSize));
}

void declare_tops(Writer& w, const KernelParts& k) {
  for (const FoldText& f : k.folds) {
    f.declare(w, "", top(f), "");
    f.set(w, f.slot(top(f)), f.identity());
  }
}

// The element number `e` of the output's folded elements, folded into `slot` of each fold.
void fold_element(Writer& w, const KernelParts& k, const std::string& prefix, const std::string& place) {
  w.open("if (e < end)");
  coordinates(w, k, k.layout.outer_rank, k.layout.rank, "e");
  k.element.for_run(w);
  k.element.for_each(w, "0");
  for (const FoldText& f : k.folds)
    f.fold(w, f.slot(fmt::format("{}{}", prefix, f.number()), place), {k.element.value(f.node()), "(long)e"});
  w.close();
}

void begin_chunk(Writer& w) {
  w.line("const ulong first_unit = chunk * chunk_units;");
  w.line("const ulong end = folded - first_unit * {0} < chunk_units * {0} ? folded : (first_unit + chunk_units) * {0};",
         kUnit);
}

// shared[id] += shared[id + distance] where `condition` holds.
void shared_step(Writer& w, const KernelParts& k, const FoldText& f, const std::string& condition,
                 const std::string& distance) {
  w.open("if ({})", condition);
  f.fold(w, f.slot(shared(f), "[id]"), f.slot(shared(f), fmt::format("[id + {}]", distance)));
  w.close();
  w.line("{}", k.dialect.barrier);
}

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
  declare_shared(w, k);
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

void finish_body(Writer& w, const KernelParts& k) {
  const bool gpu = k.layout.family == Family::groups || k.layout.family == Family::items;
  if (gpu) declare_shared(w, k);
  w.line("const ulong o = {};", k.dialect.group_id);
  w.line("const uint id = {};", k.dialect.local_id);
  coordinates(w, k, 0, k.layout.outer_rank, "o");
  declare_tops(w, k);
  declare_stacks(w, k, "");
  w.line("ulong count = 0;");
  w.open("for (ulong part = id * results; part < chunks && count < results; ++part, ++count)");
  for (const FoldText& f : k.folds) {
    const auto partial = [&](std::string_view type, std::string_view which) {
      return fmt::format("(({}{}*)(scratch + f{}{}_o))[o * chunks + part]", k.dialect.global, type, f.number(), which);
    };
    f.set(w, f.slot(top(f)), {partial(k.dialect.memory_type(f.type()), ""), partial("long", "_at")});
  }
  push(w, k, "stack", "count");
  w.close();
  w.open("if (count > 0)");
  flush(w, k, "stack", "count");
  w.close();
  for (const FoldText& f : k.folds) {
    if (gpu) {
      f.set(w, f.slot(shared(f), "[id]"), f.slot(top(f)));
      w.line("{}", k.dialect.barrier);
      w.open("for (uint h = 1; h < {}; h *= 2)", kGroupSize);
      shared_step(w, k, f, "id % (2 * h) == 0 && (id + h) * results < chunks", "h");
      w.close();
      f.set(w, f.slot(top(f)), f.slot(shared(f), "[0]"));
      w.line("{}", k.dialect.barrier);
    }
    w.line("if (id == 0) r{}[{}] = {};", f.number(), k.element.folded_place(f.number()), f.result(f.slot(top(f))));
  }
}

}  // namespace lockstep::text
