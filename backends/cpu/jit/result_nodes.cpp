#include <algorithm>

#include "jit.hpp"

namespace lockstep::cpu {

std::vector<std::uint32_t> result_nodes(const Program& program, Form form) {
  std::vector<std::uint32_t> nodes;
  for (const Output& output : program.outputs) {
    const Op op = program.nodes[output.node].op;
    if (output.fold != Fold::store && (is_operand(op) || form == Form::fold)) continue;
    if (std::find(nodes.begin(), nodes.end(), output.node) == nodes.end()) nodes.push_back(output.node);
  }
  return nodes;
}

}  // namespace lockstep::cpu
