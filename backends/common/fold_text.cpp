#include "backends/common/fold_text.hpp"

#include <limits>

namespace lockstep::text {
namespace {

// The identity of min (the greatest value) or of max (the least).
std::uint64_t extreme_bits(DType type, bool greatest) {
  if (type == DType::boolean) return greatest ? 1 : 0;
  if (type == DType::f32) return greatest ? 0x7f800000u : 0xff800000u;
  if (type == DType::f64) return greatest ? 0x7ff0000000000000u : 0xfff0000000000000u;
  const unsigned width = static_cast<unsigned>(size_of(type)) * 8;
  const std::uint64_t ones = ~std::uint64_t{0} >> (64 - width);
  if (is_signed(type)) return greatest ? ones >> 1 : (ones >> 1) + 1;
  return greatest ? ones : 0;
}

// -0 for a sum: x + -0 is x for every x.
std::uint64_t identity_bits(Fold fold, DType type) {
  switch (fold) {
    case Fold::sum:
      return type == DType::f32 ? 0x80000000u : type == DType::f64 ? std::uint64_t{1} << 63 : 0;
    case Fold::prod:
      return type == DType::f32 ? 0x3f800000u : type == DType::f64 ? 0x3ff0000000000000u : 1;
    case Fold::min:
    case Fold::argmin:
      return extreme_bits(type, true);
    case Fold::max:
    case Fold::argmax:
      return extreme_bits(type, false);
    case Fold::band:
      return type == DType::boolean ? 1 : ~std::uint64_t{0} >> (64 - 8 * size_of(type));
    default:
      return fold == Fold::all ? 1 : 0;
  }
}

void combine_function(Writer& w, const Combine& combine, std::size_t number, const Dialect& dialect) {
  const auto type = dialect.type(combine.type);
  const auto name = [&](std::uint32_t n) {
    const Node& node = combine.nodes[n];
    return node.op == Op::scalar ? std::string(node.bits == 0 ? "x" : "y") : fmt::format("v{}", n);
  };
  w.open("{0}{1} combine_{2}({1} x, {1} y)", dialect.function, type, number);
  for (std::uint32_t n = 0; n < combine.nodes.size(); ++n) {
    const Node& node = combine.nodes[n];
    if (node.op == Op::scalar) continue;
    w.line("const {} {} = {};", dialect.type(node.type), name(n),
           node.op == Op::constant ? literal(dialect, node.type, node.bits)
                                   : operation_text(dialect, combine.nodes, n, name));
  }
  w.line("return {};", name(combine.result));
  w.close();
}

}  // namespace

void combine_functions(Writer& w, const Program& program, const Dialect& dialect) {
  for (std::size_t c = 0; c < program.combines.size(); ++c) combine_function(w, program.combines[c], c, dialect);
}

std::vector<FoldText> folds_of(const Program& program, const Dialect& dialect) {
  std::vector<FoldText> folds;
  for (std::size_t o = 0; o < program.outputs.size(); ++o)
    if (program.outputs[o].fold != Fold::store) folds.emplace_back(program, o, dialect);
  return folds;
}

Slot FoldText::slot(std::string_view name, std::string_view place) const {
  return {fmt::format("{}{}", name, place), has_index() ? fmt::format("{}_at{}", name, place) : ""};
}

void FoldText::declare(Writer& w, std::string_view qualifier, std::string_view name, std::string_view count) const {
  const std::string bounds = count.empty() ? "" : fmt::format("[{}]", count);
  w.line("{}{} {}{};", qualifier, dialect_.memory_type(type_), name, bounds);
  if (has_index()) w.line("{}long {}_at{};", qualifier, name, bounds);
}

void FoldText::set(Writer& w, const Slot& to, const Slot& from) const {
  w.line("{} = {};", to.value, from.value);
  if (has_index()) w.line("{} = {};", to.index, from.index);
}

Slot FoldText::identity() const {
  return {literal(dialect_, type_, identity_bits(output_.fold, type_)),
          literal(dialect_, DType::i64, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))};
}

// Without a neighbour the value passes through. The index is that of a value's first element: of two, the one that
// begins earlier stands left, whichever thread has it.
void FoldText::combine_custom(Writer& w, const Slot& to, const Slot& other) const {
  const std::string none = identity().index, function = fmt::format("combine_{}", output_.combine);
  w.open("if ({} != {})", other.index, none);
  w.line("{0} = {1} == {2} ? {3} : {1} < {4} ? {5}({0}, {3}) : {5}({3}, {0});", to.value, to.index, none, other.value,
         other.index, function);
  w.line("{0} = {0} < {1} ? {0} : {1};", to.index, other.index);
  w.close();
}

void FoldText::combine(Writer& w, const Slot& to, const Slot& left, const Slot& right, const Slot& other) const {
  if (output_.fold == Fold::custom) return combine_custom(w, to, other);
  if (has_index()) {
    // The order of index and value does not matter: the pairs are all different, so that one of them is first.
    w.open("if ({}_{}({}, {}, {}, {}))", output_.fold == Fold::argmin ? "ARGMIN" : "ARGMAX", to_string(type_),
           other.value, other.index, to.value, to.index);
    set(w, to, other);
    w.close();
    return;
  }
  const auto operation = [&]() -> std::string {
    switch (output_.fold) {
      case Fold::sum:
        return apply(dialect_, Op::add, type_, type_, left.value, right.value);
      case Fold::prod:
        return apply(dialect_, Op::mul, type_, type_, left.value, right.value);
      case Fold::min:
        return fmt::format("MIN_{}({}, {})", to_string(type_), left.value, right.value);
      case Fold::max:
        return fmt::format("MAX_{}({}, {})", to_string(type_), left.value, right.value);
      case Fold::bxor:
        return fmt::format("{} ^ {}", left.value, right.value);
      case Fold::bor:
      case Fold::any:
        return fmt::format("{} | {}", left.value, right.value);
      default:
        return fmt::format("{} & {}", left.value, right.value);
    }
  };
  w.line("{} = {};", to.value, operation());
}

void FoldText::fold(Writer& w, const Slot& to, const Slot& from) const { combine(w, to, to, from, from); }
void FoldText::fold_left(Writer& w, const Slot& to, const Slot& from) const { combine(w, to, from, to, from); }

}  // namespace lockstep::text
