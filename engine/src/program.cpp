#include "lockstep/program.hpp"

#include <fmt/format.h>

#include <bit>
#include <iterator>

namespace lockstep {
namespace {

constexpr std::array<OpInfo, kOpCount> kOps{{
    {"constant", 0, 'a', "", "a value built into the program"},
    {"scalar", 0, 'a', "", "a parameter"},
    {"load", 0, 'a', "", "an element of an array"},
    {"index", 0, 'i', "", "an element's index"},
#define LOCKSTEP_OP(name, arity, types, text, what) {#name, arity, #types[0], text, what},
#include "lockstep/ops.def"
#undef LOCKSTEP_OP
}};

constexpr std::array<std::string_view, 13> kFolds{"store",  "sum",    "prod", "min", "max",  "any",   "all",
                                                  "argmin", "argmax", "band", "bor", "bxor", "custom"};

std::string constant_text(DType type, std::uint64_t bits) {
  switch (type) {
    case DType::boolean:
      return bits ? "true" : "false";
    case DType::f32:
      return fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case DType::f64:
      return fmt::format("{}", std::bit_cast<double>(bits));
    case DType::i8:
      return fmt::format("{}", static_cast<std::int8_t>(bits));
    case DType::i32:
      return fmt::format("{}", static_cast<std::int32_t>(bits));
    case DType::i64:
      return fmt::format("{}", static_cast<std::int64_t>(bits));
    default:
      return fmt::format("{}", bits);
  }
}

std::string node_text(const Node& node) {
  switch (node.op) {
    case Op::constant:
      return constant_text(node.type, node.bits);
    case Op::scalar:
      return fmt::format("scalar s{}", node.bits);
    case Op::load:
      return fmt::format("load a{}", node.bits);
    case Op::index:
      return fmt::format("index i{}", node.bits);
    default:
      break;
  }
  const OpInfo& row = info(node.op);
  std::string text(row.name);
  for (int i = 0; i < row.arity; ++i)
    text += fmt::format("{}%{}", i ? ", " : " ", node.args[static_cast<std::size_t>(i)]);
  return text;
}

template <class Out>
void write_key(Out& out, const std::vector<Node>& nodes) {
  for (const Node& n : nodes) {
    fmt::format_to(out, "{}{}", static_cast<char>('A' + static_cast<int>(n.op)), static_cast<int>(n.type));
    const int arity = info(n.op).arity;
    if (arity == 0) fmt::format_to(out, ",{:x}", n.bits);
    for (int i = 0; i < arity; ++i) fmt::format_to(out, ",{}", n.args[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

const OpInfo& info(Op op) noexcept { return kOps[static_cast<std::size_t>(op)]; }

std::string_view to_string(Fold fold) noexcept { return kFolds[static_cast<std::size_t>(fold)]; }

std::string Program::key() const {
  std::string key;
  key.reserve(nodes.size() * 24);
  auto out = std::back_inserter(key);
  write_key(out, nodes);
  for (DType t : arrays) fmt::format_to(out, "|a{}", static_cast<int>(t));
  fmt::format_to(out, "|i{}", indices);
  for (DType t : scalars) fmt::format_to(out, "|s{}", static_cast<int>(t));
  for (const Output& o : outputs) fmt::format_to(out, "|o{}:{}.{}", o.node, static_cast<int>(o.fold), o.combine);
  for (const Combine& c : combines) {
    fmt::format_to(out, "|c{}:{}:", static_cast<int>(c.type), c.result);
    write_key(out, c.nodes);
  }
  return key;
}

std::string Program::dump() const {
  std::string text;
  auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < arrays.size(); ++i) fmt::format_to(out, "array  a{}: {}\n", i, to_string(arrays[i]));
  for (std::uint32_t i = 0; i < indices; ++i) fmt::format_to(out, "index  i{}: i64\n", i);
  for (std::size_t i = 0; i < scalars.size(); ++i) fmt::format_to(out, "scalar s{}: {}\n", i, to_string(scalars[i]));
  for (std::size_t i = 0; i < nodes.size(); ++i)
    fmt::format_to(out, "%{}: {} = {}\n", i, to_string(nodes[i].type), node_text(nodes[i]));
  for (std::size_t i = 0; i < outputs.size(); ++i)
    fmt::format_to(out, "output o{}: {} = {} %{}\n", i, to_string(output_type(outputs[i])), to_string(outputs[i].fold),
                   outputs[i].node);
  for (std::size_t c = 0; c < combines.size(); ++c) {
    fmt::format_to(out, "custom c{}: {} of s0 and its right neighbour s1\n", c, to_string(combines[c].type));
    for (std::size_t i = 0; i < combines[c].nodes.size(); ++i)
      fmt::format_to(out, "  %{}: {} = {}\n", i, to_string(combines[c].nodes[i].type), node_text(combines[c].nodes[i]));
    fmt::format_to(out, "  result %{}\n", combines[c].result);
  }
  return text;
}

}  // namespace lockstep
