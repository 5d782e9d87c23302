#include "backends/common/families.hpp"

#include "backends/common/work.hpp"
#include "lockstep/error.hpp"

namespace lockstep::text {
namespace {

// Levels of a stack: enough for 2^58 elements.
constexpr int kLevels = 48;

struct FamilyRow {
  Family family;
  Body body;
  std::uint64_t group_size;  ///< 0: the layout says it
};
constexpr FamilyRow kFamilies[] = {
    {Family::blocks, blocks_body, 1},
    {Family::along, along_body, 1},
    {Family::across, across_body, 1},
    {Family::elements, elements_body, kGroupSize},
    {Family::groups, groups_body, kGroupSize},
    {Family::items, items_body, kGroupSize},
    {Family::vectors, vectors_body, kGroupSize},
    {Family::warps, warps_body, 0},
    {Family::columns, columns_body, kGroupSize},
};

const FamilyRow& row_of(Family family) {
  for (const FamilyRow& row : kFamilies)
    if (row.family == family) return row;
  throw Error(Code::unsupported, "a kernel of an unknown family was asked for");
}

}  // namespace

Body body_of(Family family) { return row_of(family).body; }
std::uint64_t group_size_of(const Layout& layout) {
  const std::uint64_t size = row_of(layout.family).group_size;
  return size == 0 ? static_cast<std::uint64_t>(layout.group) : size;
}

void coordinates(Writer& w, const KernelParts& k, int from, int to, const std::string& number) {
  if (from >= to) return;
  const char* type = k.number();
  if (to - from == 1) {
    w.line("{} c{} = ({}){};", type, from, type, number);
    return;
  }
  // 64-bit division takes several times as long.
  w.line("{} rest{} = ({}){};", type, to, type, number);
  for (int d = to - 1; d > from; --d) {
    w.line("{} c{} = rest{} % ({})e{};", type, d, to, type, d);
    w.line("rest{} /= ({})e{};", to, type, d);
  }
  w.line("{} c{} = rest{};", type, from, to);
}

void next_coordinates(Writer& w, int from, int to) {
  if (from >= to) return;
  const int d = to - 1;
  if (d == from) {
    w.line("++c{};", d);
    return;
  }
  w.open("if (++c{} == e{})", d, d);
  w.line("c{} = 0;", d);
  next_coordinates(w, from, d);
  w.close();
}

void store_folds(Writer& w, const KernelParts& k, const std::string& place, const std::string& output,
                 const std::string& chunk) {
  const auto slot = [&](const FoldText& f) { return f.slot(fmt::format("t{}", f.number()), place); };
  w.open("if (chunks == 1)");
  for (const FoldText& f : k.folds)
    w.line("r{}[{}] = {};", f.number(), k.element.folded_place(f.number()), f.result(slot(f)));
  w.close();
  w.open("else");
  w.line("const ulong part = ({}) * chunks + {};", output, chunk);
  for (const FoldText& f : k.folds) {
    w.line("(({}{}*)(scratch + f{}_o))[part] = {};", k.dialect.global, k.dialect.memory_type(f.type()), f.number(),
           slot(f).value);
    if (f.has_index())
      w.line("(({}long*)(scratch + f{}_at_o))[part] = {};", k.dialect.global, f.number(), slot(f).index);
  }
  w.close();
}

void declare_stacks(Writer& w, const KernelParts& k, const std::string& width) {
  for (const FoldText& f : k.folds)
    f.declare(w, "", fmt::format("f{}_stack", f.number()), fmt::format("{}{}", kLevels, width));
}

void push(Writer& w, const KernelParts& k, const std::string& stack, const std::string& count) {
  w.open("");
  w.line("uint level = 0;");
  w.open("for (ulong pairs = {}; pairs & 1; pairs >>= 1, ++level)", count);
  for (const FoldText& f : k.folds)
    f.fold_left(w, f.slot(fmt::format("t{}", f.number())), f.slot(fmt::format("f{}_{}", f.number(), stack), "[level]"));
  w.close();
  for (const FoldText& f : k.folds)
    f.set(w, f.slot(fmt::format("f{}_{}", f.number(), stack), "[level]"), f.slot(fmt::format("t{}", f.number())));
  w.close();
}

void flush(Writer& w, const KernelParts& k, const std::string& stack, const std::string& count) {
  w.open("");
  w.line("uint level = 0;");
  w.line("while (!(({} >> level) & 1)) ++level;", count);
  for (const FoldText& f : k.folds)
    f.set(w, f.slot(fmt::format("t{}", f.number())), f.slot(fmt::format("f{}_{}", f.number(), stack), "[level]"));
  w.open("for (++level; ({} >> level) != 0; ++level)", count);
  w.open("if (({} >> level) & 1)", count);
  for (const FoldText& f : k.folds)
    f.fold_left(w, f.slot(fmt::format("t{}", f.number())), f.slot(fmt::format("f{}_{}", f.number(), stack), "[level]"));
  w.close();
  w.close();
  w.close();
}

}  // namespace lockstep::text
