#include "backends/common/fold_parts.hpp"

#include <set>

#include "backends/common/work.hpp"

namespace lockstep::text {

std::string shared(const FoldText& f) {
  return fmt::format("shared_{}{}", to_string(f.type()), f.has_index() ? "_arg" : "");
}

void declare_shared(Writer& w, const KernelParts& k, std::uint64_t count) {
  std::set<std::string> seen;
  for (const FoldText& f : k.folds)
    if (seen.insert(shared(f)).second) f.declare(w, k.dialect.local, shared(f), fmt::format("{}", count));
}

void declare_tops(Writer& w, const KernelParts& k) {
  for (const FoldText& f : k.folds) {
    f.declare(w, "", top(f), "");
    f.set(w, f.slot(top(f)), f.identity());
  }
}

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

void shared_step(Writer& w, const KernelParts& k, const FoldText& f, const std::string& condition,
                 const std::string& distance) {
  w.open("if ({})", condition);
  f.fold(w, f.slot(shared(f), "[id]"), f.slot(shared(f), fmt::format("[id + {}]", distance)));
  w.close();
  w.line("{}", k.dialect.barrier);
}

}  // namespace lockstep::text
