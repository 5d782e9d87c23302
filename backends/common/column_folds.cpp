// Folds on GPUs across neighbouring outputs: work-items run along the outputs, as the elements lie in memory, and a
// group folds a unit of several outputs in shared memory.
#include "backends/common/fold_parts.hpp"
#include "backends/common/work.hpp"

namespace lockstep::text {
namespace {

constexpr std::size_t kLongProgram = 64;

std::string lanes(const FoldText& f) { return fmt::format("f{}_lanes", f.number()); }

// The 8 rows of lane `lane` of the output at the coordinates, in f<n>.
void fold_lane(Writer& w, const KernelParts& k) {
  w.line("#pragma unroll {}", k.program.nodes.size() <= kLongProgram ? kUnit / kLanes : 1);
  w.open("for (uint r = 0; r < {}; ++r)", kUnit / kLanes);
  w.line("const ulong e = unit * {} + r * {} + lane;", kUnit, kLanes);
  fold_element(w, k, "f", "");
  w.close();
}

// All lanes of the group's outputs to their places: those of one lane lie beside each other.
void fold_rows(Writer& w, const KernelParts& k) {
  const int beside = k.layout.outer_rank - 1;
  const char* number = k.number();
  w.open("for (uint p = id; p < (uint)lanes * wide; p += {})", kGroupSize);
  w.line("const uint lane = p / wide;");
  coordinates(w, k, 0, beside, "row");
  w.line("const {0} c{1} = ({0})(begin + p - lane * wide);", number, beside);
  k.element.for_outer(w);
  for (const FoldText& f : k.folds) {
    f.declare(w, "", name(f), "");
    f.set(w, f.slot(name(f)), f.identity());
  }
  fold_lane(w, k);
  for (const FoldText& f : k.folds) f.set(w, f.slot(lanes(f), "[p]"), f.slot(name(f)));
  w.close();
  w.line("{}", k.dialect.barrier);
}

void halve_lanes(Writer& w, const KernelParts& k) {
  w.open("for (uint h = (uint)lanes / 2; h > 0; h /= 2)");
  w.open("for (uint p = id; p < h * wide; p += {})", kGroupSize);
  for (const FoldText& f : k.folds) f.fold(w, f.slot(lanes(f), "[p]"), f.slot(lanes(f), "[p + h * wide]"));
  w.close();
  w.line("{}", k.dialect.barrier);
  w.close();
}

}  // namespace

void columns_body(Writer& w, const KernelParts& k) {
  const int beside = k.layout.outer_rank - 1;
  for (const FoldText& f : k.folds)
    f.declare(w, k.dialect.local, lanes(f), fmt::format("{}", kLanes * static_cast<unsigned>(k.layout.repeats)));
  k.element.for_pass(w);
  w.line("const uint id = {};", k.dialect.local_id);
  w.line("const ulong block = {0} / chunks, chunk = {0} % chunks;", k.dialect.group_id);
  w.line("const ulong row = block / columns, begin = (block - row * columns) * per_item;");
  w.line("const uint wide = e{0} - begin < per_item ? (uint)(e{0} - begin) : (uint)per_item;", beside);
  begin_chunk(w);
  declare_tops(w, k);
  declare_stacks(w, k, "");
  w.line("ulong count = 0;");
  w.open("for (ulong unit = first_unit; unit * {} < end; ++unit, ++count)", kUnit);
  fold_rows(w, k);
  halve_lanes(w, k);
  w.open("if (id < wide)");
  for (const FoldText& f : k.folds) f.set(w, f.slot(top(f)), f.slot(lanes(f), "[id]"));
  push(w, k, "stack", "count");
  w.close();
  w.line("{}", k.dialect.barrier);
  w.close();
  w.line("if (id >= wide) return;");
  flush(w, k, "stack", "count");
  w.line("const ulong o = row * e{} + begin + id;", beside);
  coordinates(w, k, 0, k.layout.outer_rank, "o");
  store_folds(w, k, "", "o", "chunk");
}

}  // namespace lockstep::text
