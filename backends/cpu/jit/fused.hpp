#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lockstep/program.hpp"

// Operations that are one instruction with another.

namespace lockstep::cpu::jit {

/// A select of floats that is one instruction: first < second (of a maximum first > second) ? first : second. So it is
/// `second` where one of them is NaN or both are zeros.
struct Extreme {
  bool is_max;
  std::uint32_t first, second;
};

/// What `node` is such an extreme of, if it is one.
inline std::optional<Extreme> find_extreme(const std::vector<Node>& nodes, std::uint32_t node) {
  const Node& select = nodes[node];
  if (select.op != Op::select || !is_floating(select.type)) return {};
  const Node& less = nodes[select.args[0]];
  const std::uint32_t a = less.args[0], b = less.args[1];
  if (less.op != Op::lt || a == b) return {};
  if (select.args[1] == a && select.args[2] == b) return Extreme{false, a, b};
  if (select.args[1] == b && select.args[2] == a) return Extreme{true, b, a};
  return {};
}

/// An fma: +-(a * b) +- c.
struct SignedFma {
  std::uint32_t a, b, c;
  bool minus_product, minus_c;
};

/// The fma `node` with the negations of its operands taken in.
inline SignedFma take_signs(const std::vector<Node>& nodes, const Node& node) {
  SignedFma fma{node.args[0], node.args[1], node.args[2], false, false};
  const auto take = [&](std::uint32_t& operand, bool& minus) {
    if (nodes[operand].op != Op::neg) return;
    operand = nodes[operand].args[0];
    minus = !minus;
  };
  take(fma.a, fma.minus_product);
  take(fma.b, fma.minus_product);
  take(fma.c, fma.minus_c);
  return fma;
}

}  // namespace lockstep::cpu::jit
