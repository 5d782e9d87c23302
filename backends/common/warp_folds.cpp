// Folds on GPUs with warps, along the folded elements. A warp folds a unit: a thread has 4 neighbouring lanes, and the
// tree between threads goes by shuffles. Where an output is short, a part of the warp folds it.
#include "backends/common/fold_parts.hpp"
#include "backends/common/work.hpp"

namespace lockstep::text {
namespace {

// Copies of longer programs only cost time to compile: they are bound by arithmetic.
constexpr std::size_t kLongProgram = 64;

std::string stack(const FoldText& f) { return fmt::format("f{}_stack", f.number()); }

Slot moved(const FoldText& f, const Slot& from, const char* how, const std::string& at) {
  return {fmt::format("{}({}, {})", how, from.value, at),
          f.has_index() ? fmt::format("{}({}, {})", how, from.index, at) : ""};
}

// to = to folded with what the thread `distance` away (by exclusive or) has in `from`.
void exchange(Writer& w, const FoldText& f, const Slot& to, const Slot& from, const std::string& distance) {
  w.open("");
  f.declare(w, "", "other", "");
  f.set(w, f.slot("other"), moved(f, from, "shuffle_xor", distance));
  f.fold(w, to, f.slot("other"));
  w.close();
}

// Of 2 * `count` values each half of the threads keeps one half, and folds into it what the other half has there.
void transpose(Writer& w, const FoldText& f, int count, int distance) {
  w.line("upper = (lane & {}) != 0;", distance);
  for (int i = 0; i < count; ++i) {
    const Slot low = f.slot(name(f), fmt::format("[{}]", i)), high = f.slot(name(f), fmt::format("[{}]", count + i));
    w.open("");
    f.declare(w, "", "sent", "");
    const auto either = [&](const Slot& a, const Slot& b) {
      return Slot{fmt::format("upper ? {} : {}", a.value, b.value), fmt::format("upper ? {} : {}", a.index, b.index)};
    };
    f.set(w, f.slot("sent"), either(low, high));
    f.set(w, low, either(high, low));
    exchange(w, f, low, f.slot("sent"), fmt::format("{}", distance));
    w.close();
  }
}

// From 4 lanes in each thread to one value, which all threads then have.
void fold_lanes(Writer& w, const KernelParts& k, const FoldText& f) {
  const Slot value = f.slot(name(f), "[0]");
  if (k.layout.repeats == static_cast<int>(kWarp)) {
    transpose(w, f, 2, 16);
    transpose(w, f, 1, 8);
    for (int distance : {4, 2, 1, 16, 8}) exchange(w, f, value, value, fmt::format("{}", distance));
    return;
  }
  for (int distance = k.layout.repeats / 2; distance > 0; distance /= 2)
    for (const char* q : {"[0]", "[1]", "[2]", "[3]"})
      exchange(w, f, f.slot(name(f), q), f.slot(name(f), q), fmt::format("{}", distance));
  for (const auto& [to, from] : {std::pair{"[0]", "[2]"}, {"[1]", "[3]"}, {"[0]", "[1]"}})
    f.fold(w, f.slot(name(f), to), f.slot(name(f), from));
}

// The stack of the tree of units: thread n holds level n.
void push_unit(Writer& w, const KernelParts& k) {
  w.line("uint level = 0;");
  w.open("for (uint pairs = count; pairs & 1; pairs >>= 1, ++level)");
  for (const FoldText& f : k.folds) {
    f.declare(w, "", name(f) + "_left", "");
    f.set(w, f.slot(name(f) + "_left"), moved(f, f.slot(stack(f)), "shuffle_from", "level"));
    f.fold_left(w, f.slot(top(f)), f.slot(name(f) + "_left"));
  }
  w.close();
  w.open("if (lane == level)");
  for (const FoldText& f : k.folds) f.set(w, f.slot(stack(f)), f.slot(top(f)));
  w.close();
}

void flush_units(Writer& w, const KernelParts& k) {
  w.line("bool found = false;");
  w.open("for (uint level = 0; (count >> level) != 0; ++level)");
  w.line("if (!((count >> level) & 1)) continue;");
  for (const FoldText& f : k.folds) {
    f.declare(w, "", name(f) + "_left", "");
    f.set(w, f.slot(name(f) + "_left"), moved(f, f.slot(stack(f)), "shuffle_from", "level"));
    w.open("if (found)");
    f.fold_left(w, f.slot(top(f)), f.slot(name(f) + "_left"));
    w.close();
    w.open("else");
    f.set(w, f.slot(top(f)), f.slot(name(f) + "_left"));
    w.close();
  }
  w.line("found = true;");
  w.close();
}

// The thread's 4 elements from number `from` on, which are all there, in f<n>. There is one folded dimension.
void fold_vector(Writer& w, const KernelParts& k, const std::string& from) {
  const int run = k.layout.outer_rank;
  w.line("const {0} c{1} = ({0})({2});", k.number(), run, from);
  k.element.for_run(w);
  k.element.declare_read_vectors(w, 1);
  k.element.read_vectors(w, "");
  k.element.declare_written_vectors(w);
  w.line("#pragma unroll");
  w.open("for (uint q = 0; q < 4; ++q)");
  k.element.for_each_in_vectors(w, "q", "");
  for (const FoldText& f : k.folds)
    f.fold(w, f.slot(name(f), "[q]"), {k.element.value(f.node()), fmt::format("(long)(c{} + q)", run)});
  w.close();
  k.element.write_vectors(w);
}

void fold_single(Writer& w, const KernelParts& k, const std::string& from) {
  w.line("#pragma unroll");
  w.open("for (uint q = 0; q < 4; ++q)");
  w.line("const ulong e = {} + q;", from);
  fold_element(w, k, "f", "[q]");
  w.close();
}

// The unit `unit`, as far as it lies before `end`.
void fold_rows(Writer& w, const KernelParts& k) {
  const bool one = k.layout.rank - k.layout.outer_rank == 1;
  if (k.layout.repeats < static_cast<int>(kWarp)) {
    if (one) {
      w.open("if (lane * 4 + 4 <= end)");
      fold_vector(w, k, "lane * 4");
      w.close();
      w.open("else");
    }
    fold_single(w, k, "lane * 4");
    if (one) w.close();
    return;
  }
  const std::string from = fmt::format("unit * {} + r * {} + lane * 4", kUnit, kLanes);
  const auto rows = [&](bool unrolled, auto&& row) {
    w.line("#pragma unroll{}", unrolled ? "" : " 1");
    w.open("for (uint r = 0; r < {}; ++r)", kUnit / kLanes);
    row(w, k, from);
    w.close();
  };
  if (one) {
    w.open("if (end - unit * {0} >= {0})", kUnit);
    rows(k.program.nodes.size() <= kLongProgram, fold_vector);
    w.close();
    w.open("else");
  }
  rows(false, fold_single);
  if (one) w.close();
}

// From the values of the task's warps to one, in all of them.
void fold_warps(Writer& w, const KernelParts& k) {
  w.open("if (per_item > 1)");
  w.line("const uint warp = id / {}, warps = (uint)per_item;", kWarp);
  for (const FoldText& f : k.folds) {
    w.open("if (lane == 0)");
    f.set(w, f.slot(shared(f), "[warp]"), f.slot(top(f)));
    w.close();
    w.line("{}", k.dialect.barrier);
    f.set(w, f.slot(top(f)), f.identity());
    w.open("if (lane < warps)");
    f.set(w, f.slot(top(f)), f.slot(shared(f), "[warp / warps * warps + lane]"));
    w.close();
    w.open("for (uint h = 1; h < warps; h *= 2)");
    exchange(w, f, f.slot(top(f)), f.slot(top(f)), "h");
    w.close();
    w.line("{}", k.dialect.barrier);
  }
  w.close();
}

// Declares which task, and which part of it, the thread's team has. 64-bit division takes several times as long.
void begin_team(Writer& w, const KernelParts& k) {
  const int team = k.layout.repeats;
  w.line("const uint id = {}, lane = id % {};", k.dialect.local_id, team);
  w.line("const ulong slot = {} * {} + id / {};", k.dialect.group_id, k.layout.group / team, team);
  if (team < static_cast<int>(kWarp)) {
    w.line("const ulong o = slot, chunk = 0;");
    w.line("const ulong end = slot < tasks ? folded : 0;");
    return;
  }
  const char* number = k.number();
  w.line("const {0} task = ({0})slot / ({0})per_item, part = ({0})slot % ({0})per_item;", number);
  w.line("const {0} o = task / ({0})chunks, chunk = task % ({0})chunks;", number);
  w.line("const uint units = (uint)(chunk_units / per_item);");
  w.line("const ulong first_unit = chunk * chunk_units + part * units, begin = first_unit * {};", kUnit);
  w.line("const ulong limit = begin + units * (ulong){}, end = task >= tasks ? 0 : limit < folded ? limit : folded;",
         kUnit);
}

}  // namespace

void warps_body(Writer& w, const KernelParts& k) {
  const bool whole = k.layout.repeats == static_cast<int>(kWarp);
  if (whole) declare_shared(w, k, kWarp);
  k.element.for_pass(w);
  begin_team(w, k);
  coordinates(w, k, 0, k.layout.outer_rank, "o");
  k.element.for_outer(w);
  declare_tops(w, k);
  if (whole) {
    for (const FoldText& f : k.folds) {
      f.declare(w, "", stack(f), "");
      f.set(w, f.slot(stack(f)), f.identity());
    }
    w.line("uint count = 0;");
    w.open("for (ulong unit = first_unit; unit * {} < end; ++unit, ++count)", kUnit);
  }
  for (const FoldText& f : k.folds) {
    f.declare(w, "", name(f), "4");
    for (const char* q : {"[0]", "[1]", "[2]", "[3]"}) f.set(w, f.slot(name(f), q), f.identity());
  }
  fold_rows(w, k);
  if (whole) w.line("bool upper = false;");
  for (const FoldText& f : k.folds) {
    fold_lanes(w, k, f);
    f.set(w, f.slot(top(f)), f.slot(name(f), "[0]"));
  }
  if (whole) {
    push_unit(w, k);
    w.close();
    flush_units(w, k);
    fold_warps(w, k);
  }
  w.open("if (lane == 0 && {})", whole ? "part == 0 && task < tasks" : "slot < tasks");
  store_folds(w, k, "", "o", "chunk");
  w.close();
}

}  // namespace lockstep::text
