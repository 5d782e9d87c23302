#include "builder.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace lockstep {

std::size_t Builder::NodeHash::operator()(const Node& node) const noexcept {
  std::uint64_t hash = static_cast<std::uint64_t>(node.op) << 8 | static_cast<std::uint64_t>(node.type);
  for (std::uint64_t part :
       {std::uint64_t{node.args[0]}, std::uint64_t{node.args[1]}, std::uint64_t{node.args[2]}, node.bits})
    hash = (hash ^ part) * 0x9e3779b97f4a7c15u + (hash >> 29);
  return hash;
}

Value Builder::emit(const Node& node) {
  const auto [place, added] = known_.try_emplace(node, static_cast<Value>(program_.nodes.size()));
  if (added) program_.nodes.push_back(node);
  return place->second;
}

Value Builder::constant(DType type, std::uint64_t bits) { return emit({Op::constant, type, {}, bits}); }

Value Builder::number(DType type, double value) { return constant(type, bits_of(type, value)); }

Value Builder::select(Value condition, Value a, Value b) {
  if (a == b) return a;
  if (is_constant(condition)) return node(condition).bits ? a : b;
  return operation(Op::select, type(a), {condition, a, b});
}

Value Builder::operation(Op op, DType type, std::array<Value, 3> args) {
  const int arity = info(op).arity;
  bool constant_operands = true;
  std::array<std::uint64_t, 3> bits{};
  for (std::size_t i = 0; i < static_cast<std::size_t>(arity); ++i) {
    constant_operands = constant_operands && is_constant(args[i]);
    bits[i] = node(args[i]).bits;
  }
  if (constant_operands) {
    const DType operand = this->type(args[op == Op::select ? 1 : 0]);
    return constant(type, fold_constant(op, operand, type, bits));
  }
  // not(not(x)) comes from != written as not(==).
  if (op == Op::bit_not && node(args[0]).op == Op::bit_not) return node(args[0]).args[0];
  return emit({op, type, args, 0});
}

void Builder::output(Value value, const Combine& combine) {
  std::vector<Combine>& known = program_.combines;
  const auto found = std::find(known.begin(), known.end(), combine);
  const auto place = static_cast<std::uint32_t>(found - known.begin());
  if (found == known.end()) known.push_back(combine);
  program_.outputs.push_back({value, Fold::custom, place});
}

Program Builder::finish() && {
  std::vector<bool> used(program_.nodes.size(), false);
  for (const Output& output : program_.outputs) used[output.node] = true;
  for (std::size_t i = program_.nodes.size(); i-- > 0;) {
    if (!used[i]) continue;
    const Node& n = program_.nodes[i];
    for (int a = 0; a < info(n.op).arity; ++a) used[n.args[static_cast<std::size_t>(a)]] = true;
  }
  std::vector<Value> place(program_.nodes.size(), 0);
  std::vector<Node> kept;
  for (std::size_t i = 0; i < program_.nodes.size(); ++i) {
    if (!used[i]) continue;
    Node n = program_.nodes[i];
    for (int a = 0; a < info(n.op).arity; ++a)
      n.args[static_cast<std::size_t>(a)] = place[n.args[static_cast<std::size_t>(a)]];
    place[i] = static_cast<Value>(kept.size());
    kept.push_back(n);
  }
  for (Output& output : program_.outputs) output.node = place[output.node];
  program_.nodes = std::move(kept);
  return std::move(program_);
}

}  // namespace lockstep
