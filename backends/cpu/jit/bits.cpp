#include "bits.hpp"

#include <algorithm>
#include <bit>

#include "fused.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

std::uint64_t lowest(int bits) { return bits >= 64 ? kAll : (std::uint64_t{1} << bits) - 1; }
std::uint64_t all_of(DType type) { return lowest(static_cast<int>(8 * size_of(type))); }
int width(std::uint64_t bits) { return static_cast<int>(std::bit_width(bits)); }

/// The types whose bits lie in a lane as they are. Smaller ones are extended, floats are no numbers of bits.
bool is_plain(DType type) { return !is_floating(type) && size_of(type) >= 4; }

}  // namespace

Bits::Bits(const Program& program, const std::vector<std::uint32_t>& kept)
    : nodes_(program.nodes), possible_(nodes_.size(), kAll), matters_(nodes_.size(), 0) {
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) possible_[n] = possible_in(n);
  for (const std::uint32_t n : kept) matters_[n] = all_of(nodes_[n].type);
  for (std::uint32_t n = static_cast<std::uint32_t>(nodes_.size()); n-- > 0;)
    if (matters_[n] != 0) look_at_operands(n);
}

std::uint64_t Bits::constant_bits(std::uint32_t node) const { return nodes_[node].bits & all_of(nodes_[node].type); }

std::uint64_t Bits::possible_in(std::uint32_t n) const {
  const Node& node = nodes_[n];
  if (!is_plain(node.type)) return kAll;
  const std::uint64_t all = all_of(node.type);
  const std::uint64_t x = possible_[node.args[0]], y = possible_[node.args[1]], z = possible_[node.args[2]];
  switch (node.op) {
    case Op::constant:
      return node.bits & all;
    case Op::cast: {
      const DType from = nodes_[node.args[0]].type;
      if (is_floating(from) || is_signed(from)) return all;
      return (from == DType::boolean ? 1 : all_of(from) & x) & all;
    }
    case Op::bit_and:
      return x & y;
    case Op::bit_or:
    case Op::bit_xor:
      return x | y;
    case Op::select:
      return y | z;
    case Op::add:
      return lowest(std::max(width(x), width(y)) + 1) & all;
    case Op::mul:
      return lowest(width(x) + width(y)) & all;
    case Op::shl:
    case Op::shr: {
      if (!is_fixed_shift(n)) return all;
      if (node.op == Op::shl) return x << shift_count(n) & all;
      const bool fills = is_signed(node.type) && width(x) == width(all);
      return fills ? all : x >> shift_count(n);
    }
    default:
      return all;
  }
}

int Bits::length(std::uint32_t node) const { return width(possible_[node]); }

bool Bits::is_small_product(std::uint32_t node) const {
  const Node& n = nodes_[node];
  return n.op == Op::mul && size_of(n.type) == 8 && length(n.args[0]) <= 32 && length(n.args[1]) <= 32;
}

bool Bits::is_fixed_shift(std::uint32_t node) const {
  const Node& n = nodes_[node];
  return (n.op == Op::shl || n.op == Op::shr) && n.type != DType::boolean && is_constant(n.args[1]);
}

int Bits::shift_count(std::uint32_t node) const {
  return static_cast<int>(nodes_[nodes_[node].args[1]].bits & (8 * size_of(nodes_[node].type) - 1));
}

bool Bits::is_zero(std::uint32_t node) const {
  return is_plain(nodes_[node].type) && (possible_[node] & matters_[node]) == 0;
}

std::uint32_t Bits::same_as(std::uint32_t node) const {
  const Node& n = nodes_[node];
  if (!is_plain(n.type)) return node;
  for (const int a : {0, 1}) {
    const std::uint32_t one = n.args[static_cast<std::size_t>(a)], other = n.args[static_cast<std::size_t>(1 - a)];
    const bool joins = n.op == Op::bit_or || n.op == Op::bit_xor;
    if (joins && (possible_[other] & matters_[node]) == 0) return one;
    if (n.op == Op::bit_and && is_constant(other) && (matters_[node] & ~constant_bits(other)) == 0) return one;
  }
  return node;
}

/// What must be right in the operands, given the bits of the node that matter. A register may hold anything in bits
/// that do not matter, also where the value is known to be 0.
void Bits::look_at_operands(std::uint32_t node) {
  const Node& n = nodes_[node];
  const std::uint64_t bits = matters_[node];
  const auto look = [&](std::uint32_t operand, std::uint64_t at) {
    matters_[operand] |= at & all_of(nodes_[operand].type);
  };
  const auto look_at_both = [&](std::uint64_t at) {
    look(n.args[0], at);
    look(n.args[1], at);
  };
  if (info(n.op).arity == 0 || is_zero(node)) return;
  if (const std::uint32_t same = same_as(node); same != node) return look(same, bits);
  if (is_fixed_shift(node)) return look(n.args[0], before_shift(node, bits));
  const bool plain = is_plain(n.type);
  switch (n.op) {
    case Op::add:
    case Op::sub:
    case Op::mul:
      // A carry goes up only.
      return look_at_both(!plain ? kAll : is_small_product(node) ? lowest(32) : lowest(width(bits)));
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor:
      return look_at_both(plain ? bits : kAll);
    case Op::cast: {
      const DType from = nodes_[n.args[0]].type;
      const bool extends = is_signed(from) && size_of(from) < size_of(n.type);
      return look(n.args[0], plain && is_plain(from) && !extends ? bits : kAll);
    }
    case Op::fma: {
      const SignedFma fma = take_signs(nodes_, n);
      for (const std::uint32_t operand : {fma.a, fma.b, fma.c}) look(operand, kAll);
      return;
    }
    case Op::select:
      if (!find_extreme(nodes_, node)) look(n.args[0], kAll);
      for (const std::uint32_t side : {n.args[1], n.args[2]}) look(side, plain ? bits : kAll);
      return;
    default:
      for (int a = 0; a < info(n.op).arity; ++a) look(n.args[static_cast<std::size_t>(a)], kAll);
  }
}

/// The bits of the first operand that become `bits` of a shift by a constant.
std::uint64_t Bits::before_shift(std::uint32_t node, std::uint64_t bits) const {
  const DType type = nodes_[node].type;
  if (!is_plain(type)) return kAll;
  if (nodes_[node].op == Op::shl) return bits >> shift_count(node);
  return is_signed(type) ? kAll : bits << shift_count(node);
}

}  // namespace lockstep::cpu::jit
