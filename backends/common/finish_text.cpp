// The second kernel of all folds: one result of each output from those of its tasks.
#include "backends/common/fold_parts.hpp"
#include "backends/common/work.hpp"

namespace lockstep::text {
namespace {

// Folds the runs of the team's work-items, neighbours first.
void fold_team(Writer& w, const KernelParts& k, const FoldText& f) {
  f.set(w, f.slot(shared(f), "[id]"), f.slot(top(f)));
  w.line("{}", k.dialect.barrier);
  w.open("for (uint h = 1; h < (uint)team; h *= 2)");
  shared_step(w, k, f, "place % (2 * h) == 0 && (place + h) * results < chunks", "h");
  w.close();
  f.set(w, f.slot(top(f)), f.slot(shared(f), "[id]"));
  w.line("{}", k.dialect.barrier);
}

}  // namespace

void finish_body(Writer& w, const KernelParts& k) {
  const std::uint64_t size = finish_size_of(k.layout);
  if (size > 1) declare_shared(w, k, size);
  w.line("const uint id = {}, place = id % (uint)team;", k.dialect.local_id);
  w.line("const ulong o = {} * ({} / team) + id / (uint)team;", k.dialect.group_id, size);
  coordinates(w, k, 0, k.layout.outer_rank, "o");
  declare_tops(w, k);
  declare_stacks(w, k, "");
  w.line("ulong count = 0;");
  w.open("for (ulong part = place * results; o < outer && part < chunks && count < results; ++part, ++count)");
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
    if (size > 1) fold_team(w, k, f);
    w.line("if (place == 0 && o < outer) r{}[{}] = {};", f.number(), k.element.folded_place(f.number()),
           f.result(f.slot(top(f))));
  }
}

}  // namespace lockstep::text
