// Folds on processors: a work-item folds whole units, with an accumulator for each lane in an array that compilers turn
// into vectors.
#include "backends/common/families.hpp"
#include "backends/common/work.hpp"

namespace lockstep::text {
namespace {

std::string name(const FoldText& f) { return fmt::format("f{}", f.number()); }
std::string top(const FoldText& f) { return fmt::format("t{}", f.number()); }

void fill_lanes(Writer& w, const KernelParts& k, std::uint64_t width) {
  for (const FoldText& f : k.folds) f.declare(w, "", name(f), fmt::format("{}", kLanes * width));
  w.open("for (uint l = 0; l < (uint)lanes * {}; ++l)", width);
  for (const FoldText& f : k.folds) f.set(w, f.slot(name(f), "[l]"), f.identity());
  w.close();
}

// Lane l += lane l + h; h is a constant in each loop, so that the loops become vectors.
void halve_lanes(Writer& w, const KernelParts& k, std::uint64_t width) {
  for (std::uint64_t h = kLanes / 2; h > 0; h /= 2) {
    w.open("if (lanes > {})", h);
    w.open("for (uint l = 0; l < {}; ++l)", h * width);
    for (const FoldText& f : k.folds)
      f.fold(w, f.slot(name(f), "[l]"), f.slot(name(f), fmt::format("[l + {}]", h * width)));
    w.close();
    w.close();
  }
}

void fold_elements(Writer& w, const KernelParts& k, const std::string& place, const std::string& index) {
  for (const FoldText& f : k.folds)
    f.fold(w, f.slot(name(f), place), {k.element.value(f.node()), fmt::format("(long)({})", index)});
}

// A row of up to 128 elements of one output, from `at` on.
void fold_row(Writer& w, const KernelParts& k) {
  const int last = k.layout.rank - 1;
  if (last == k.layout.outer_rank) {
    w.line("const ulong c{} = at;", last);
    k.element.for_run(w);
    w.open("for (uint j = 0; j < todo; ++j)");
    k.element.for_each(w, "j");
    fold_elements(w, k, "[j]", "at + j");
    w.close();
    return;
  }
  w.open("for (uint l = 0; l < todo; )");
  w.line("const uint count = e{0} - c{0} < todo - l ? (uint)(e{0} - c{0}) : todo - l;", last);
  k.element.for_run(w);
  w.open("for (uint j = 0; j < count; ++j)");
  k.element.for_each(w, "j");
  fold_elements(w, k, "[l + j]", "at + l + j");
  w.close();
  w.line("l += count;");
  w.line("c{} += count;", last);
  w.open("if (c{0} == e{0})", last);
  w.line("c{} = 0;", last);
  next_coordinates(w, k.layout.outer_rank, last);
  w.close();
  w.close();
}

void open_tasks(Writer& w, const KernelParts& k) {
  k.element.for_pass(w);
  w.line("const ulong first_task = {} * per_item;", k.dialect.group_id);
  w.line("const ulong end_task = tasks - first_task < per_item ? tasks : first_task + per_item;");
  w.open("for (ulong task = first_task; task < end_task; ++task)");
  w.line("const ulong chunk = task % chunks;");
  w.line("ulong at = chunk * chunk_units * {};", kUnit);
  w.line("const ulong end = folded - at < chunk_units * {0} ? folded : at + chunk_units * {0};", kUnit);
}

void open_units(Writer& w, const KernelParts& k, std::uint64_t width) {
  const int inner = k.layout.outer_rank;
  if (k.layout.rank - inner > 1) coordinates(w, k, inner, k.layout.rank, "at");
  w.line("ulong units = 0;");
  w.open("for (; at < end; ++units)");
  fill_lanes(w, k, width);
  w.open("for (uint r = 0; r < {} && at < end; ++r)", kUnit / kLanes);
  w.line("const uint todo = end - at < {0} ? (uint)(end - at) : {0};", kLanes);
}

void close_units(Writer& w, const KernelParts& k, std::uint64_t width) {
  w.line("at += todo;");
  w.close();
  halve_lanes(w, k, width);
}

// A row of up to 128 elements of each of `width` outputs.
void fold_columns(Writer& w, const KernelParts& k) {
  const int inner = k.layout.outer_rank, last = k.layout.rank - 1;
  w.open("for (uint l = 0; l < todo; ++l)");
  if (last == inner) w.line("const ulong c{} = at + l;", last);
  k.element.for_run(w);
  w.open("for (uint j = 0; j < width; ++j)");
  k.element.for_each(w, "j");
  fold_elements(w, k, fmt::format("[l * {} + j]", kColumns), "at + l");
  w.close();
  if (last > inner) {
    w.open("if (++c{0} == e{0})", last);
    w.line("c{} = 0;", last);
    next_coordinates(w, inner, last);
    w.close();
  }
  w.close();
}

}  // namespace

void along_body(Writer& w, const KernelParts& k) {
  open_tasks(w, k);
  w.line("const ulong o = task / chunks;");
  coordinates(w, k, 0, k.layout.outer_rank, "o");
  k.element.for_outer(w);
  for (const FoldText& f : k.folds) f.declare(w, "", top(f), "");
  declare_stacks(w, k, "");
  open_units(w, k, 1);
  fold_row(w, k);
  close_units(w, k, 1);
  for (const FoldText& f : k.folds) f.set(w, f.slot(top(f)), f.slot(name(f), "[0]"));
  push(w, k, "stack", "units");
  w.close();
  flush(w, k, "stack", "units");
  store_folds(w, k, "", "o", "chunk");
  w.close();
}

void across_body(Writer& w, const KernelParts& k) {
  const int run = k.layout.outer_rank - 1;
  open_tasks(w, k);
  w.line("const ulong row = task / chunks / columns;");
  w.line("const ulong column = task / chunks % columns * {};", kColumns);
  w.line("const uint width = e{0} - column < {1} ? (uint)(e{0} - column) : {1};", run, kColumns);
  coordinates(w, k, 0, run, "row");
  w.line("ulong c{} = column;", run);
  k.element.for_outer(w);
  declare_stacks(w, k, fmt::format(" * {}", kColumns));
  open_units(w, k, kColumns);
  fold_columns(w, k);
  close_units(w, k, kColumns);
  const std::string place = fmt::format("[level * {} + j]", kColumns);
  const auto each_column = [&](auto&& body) {
    w.open("for (uint j = 0; j < {}; ++j)", kColumns);
    for (const FoldText& f : k.folds) body(f, f.slot(name(f), "[j]"), f.slot(name(f) + "_stack", place));
    w.close();
  };
  // As push and flush, for all columns.
  w.line("uint level = 0;");
  w.open("for (ulong pairs = units; pairs & 1; pairs >>= 1, ++level)");
  each_column([&](const FoldText& f, const Slot& value, const Slot& stack) { f.fold_left(w, value, stack); });
  w.close();
  each_column([&](const FoldText& f, const Slot& value, const Slot& stack) { f.set(w, stack, value); });
  w.close();
  for (const FoldText& f : k.folds) f.declare(w, "", top(f), fmt::format("{}", kColumns));
  w.line("uint level = 0;");
  w.line("while (!((units >> level) & 1)) ++level;");
  w.open("for (uint j = 0; j < {}; ++j)", kColumns);
  for (const FoldText& f : k.folds) f.set(w, f.slot(top(f), "[j]"), f.slot(name(f) + "_stack", place));
  w.close();
  w.open("for (++level; (units >> level) != 0; ++level)");
  w.open("for (uint j = 0; j < {} && ((units >> level) & 1); ++j)", kColumns);
  for (const FoldText& f : k.folds) f.fold_left(w, f.slot(top(f), "[j]"), f.slot(name(f) + "_stack", place));
  w.close();
  w.close();
  w.open("for (uint j = 0; j < width; ++j)");
  w.line("const ulong c{} = column + j;", run);
  store_folds(w, k, "[j]", fmt::format("row * e{0} + c{0}", run), "chunk");
  w.close();
  w.close();
}

}  // namespace lockstep::text
