#include "loop_values.hpp"

#include <algorithm>

#include "jit.hpp"

namespace lockstep::cpu::jit {
LoopValues find_loop_values(const Program& program, const Bits& bits, const std::vector<std::uint32_t>& kept) {
  const std::vector<Node>& nodes = program.nodes;
  LoopValues values{{}, std::vector<bool>(nodes.size())};
  std::vector<bool> changes(nodes.size());  // from element to element
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    const auto args = operands(nodes[n]);
    changes[n] =
        is_operand(nodes[n].op) || std::any_of(args.begin(), args.end(), [&](std::uint32_t a) { return changes[a]; });
    if (!bits.is_needed(n)) continue;
    values.within[n] = changes[n];
    if (!changes[n] && nodes[n].op != Op::constant) values.before.push_back(n);
  }
  // A constant is loaded where it is used.
  const auto use = [&](std::uint32_t n) {
    if (nodes[n].op == Op::constant && bits.is_needed(n)) values.within[n] = true;
  };
  for (std::uint32_t n = 0; n < nodes.size(); ++n)
    if (changes[n] && values.within[n])
      for (const std::uint32_t a : operands(nodes[n])) use(a);
  for (const std::uint32_t n : kept) use(n);
  return values;
}

}  // namespace lockstep::cpu::jit
