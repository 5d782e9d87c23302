#include "workspace.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "host_buffer.hpp"

namespace lockstep::cpu {
namespace {

// A block of the largest type, and a cache line so that equal places of different slots do not lie 4 KiB apart.
constexpr std::size_t kSlotBytes = kBlock * 8 + 64;

/// This thread's memory for blocks: grows, and is freed with the thread.
std::byte* thread_arena(std::size_t bytes) {
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  thread_local std::unique_ptr<std::byte, Free> memory;
  thread_local std::size_t size = 0;
  if (bytes > size) {
    memory.reset();
    size = 0;
    memory.reset(static_cast<std::byte*>(std::aligned_alloc(64, bytes)));
    if (!memory) throw std::bad_alloc();
    size = bytes;
  }
  return memory.get();
}

template <class T>
void fill(void* block, std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  std::fill_n(static_cast<T*>(block), kBlock, value);
}

}  // namespace

Access::Access(const InterpretedProgram& program_, const Pass& pass_, bool columns, Form form_)
    : program(program_), pass(pass_), native(program_.has_native(form_)), form(form_) {
  // Native code reads all that a vector of elements needs before it writes any of them.
  const bool in_registers = native && (form == Form::fold || !program.has_folds());
  for (std::size_t a = 0; a < pass.arrays.size(); ++a)
    direct_loads.push_back(!columns && is_contiguous_inside(pass, pass.arrays[a]) &&
                           (in_registers || !is_overwritten_output(a)));
  for (std::size_t a = 0; a < pass.arrays.size(); ++a) {
    const Strides& strides = pass.arrays[a].strides;
    dense_rows.push_back(columns && pass.rank == 2 && pass.outer_rank == 1 && strides[0] == 1 &&
                         strides[1] == static_cast<std::int64_t>(pass.extents[0]) && !is_overwritten_output(a));
  }
  for (std::size_t o = 0; o < pass.outputs.size(); ++o) {
    // An operation must not write where a later one of the same tile reads.
    const bool read = !in_registers && std::any_of(pass.arrays.begin(), pass.arrays.end(), [&](const Operand& a) {
      return a.buffer == pass.outputs[o].buffer;
    });
    direct_stores.push_back(!read && !columns && program.program().outputs[o].fold == Fold::store &&
                            is_contiguous_inside(pass, pass.outputs[o]));
  }
  // Each result goes to one place only if no two outputs share it.
  std::size_t stores = 0;
  any_length = in_registers && pass.indices.empty();
  for (const bool direct : direct_loads) any_length = any_length && direct;
  for (std::size_t o = 0; o < pass.outputs.size(); ++o) {
    if (program.program().outputs[o].fold != Fold::store) continue;
    ++stores;
    any_length = any_length && direct_stores[o];
  }
  any_length = any_length && program.results(form).size() == stores;
}

/// True if array operand `a` is itself an output and its memory one of another: a tile's stores come before the folds
/// and before other stores, which must see what was there before.
bool Access::is_overwritten_output(std::size_t a) const {
  const Program& p = program.program();
  bool output = false;
  bool overwritten = false;
  for (std::size_t o = 0; o < p.outputs.size(); ++o) {
    const Node& node = p.nodes[p.outputs[o].node];
    output = output || (node.op == Op::load && node.bits == a);
    overwritten = overwritten || (p.outputs[o].fold == Fold::store && pass.outputs[o].buffer == pass.arrays[a].buffer);
  }
  return output && overwritten;
}

Workspace::Workspace(const Access& access)
    : access_(access),
      arena_(thread_arena(std::max<std::size_t>(access.program.slots(), 1) * kSlotBytes)),
      blocks_(access.program.steps().size(), nullptr) {
  if (!access.native) fill_uniform();
}

std::byte* Workspace::slot(std::size_t node) const { return arena_ + access_.program.steps()[node].slot * kSlotBytes; }

void Workspace::fill_uniform() {
  const std::vector<Node>& nodes = access_.program.program().nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].op != Op::constant && nodes[i].op != Op::scalar) continue;
    const std::uint64_t bits = nodes[i].op == Op::constant ? nodes[i].bits : access_.pass.scalars[nodes[i].bits];
    const std::uint64_t size = size_of(nodes[i].type);
    if (size == 1)
      fill<std::uint8_t>(slot(i), bits);
    else if (size == 4)
      fill<std::uint32_t>(slot(i), bits);
    else
      fill<std::uint64_t>(slot(i), bits);
    blocks_[i] = slot(i);
  }
}

const void* Workspace::load(std::size_t node, const Tile& tile) {
  const Node& n = access_.program.program().nodes[node];
  const Pass& pass = access_.pass;
  if (n.op == Op::index) {
    fill_index(pass, pass.indices[n.bits], tile, reinterpret_cast<std::int64_t*>(slot(node)));
    return slot(node);
  }
  const Operand& operand = pass.arrays[n.bits];
  const std::byte* memory = data_of(*operand.buffer);
  const std::uint64_t size = size_of(n.type);
  if (access_.direct_loads[n.bits]) return memory + tile_start(pass, operand, tile) * static_cast<std::int64_t>(size);
  if (access_.dense_rows[n.bits] && tile.width == pass.extents[0])
    return memory +
           (operand.offset + static_cast<std::int64_t>(tile.inner * tile.width)) * static_cast<std::int64_t>(size);
  gather(pass, operand, tile, memory, size, slot(node));
  return slot(node);
}

std::byte* Workspace::destination(std::size_t node, const Tile& tile) const {
  const InterpretedProgram::Step& step = access_.program.steps()[node];
  if (step.output < 0 || !access_.direct_stores[static_cast<std::size_t>(step.output)]) return slot(node);
  const Operand& operand = access_.pass.outputs[static_cast<std::size_t>(step.output)];
  const auto size = static_cast<std::int64_t>(size_of(access_.program.program().nodes[node].type));
  return data_of(*operand.buffer) + tile_start(access_.pass, operand, tile) * size;
}

void Workspace::compute(const Tile& tile, std::span<void* const> nodes) {
  if (access_.native)
    run_native(tile, nodes);
  else
    interpret(tile);
  store(tile);
}

void Workspace::interpret(const Tile& tile) {
  const std::vector<Node>& nodes = access_.program.program().nodes;
  const std::vector<InterpretedProgram::Step>& steps = access_.program.steps();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    if (is_operand(node.op)) {
      blocks_[i] = load(i, tile);
    } else if (steps[i].op) {
      std::byte* to = destination(i, tile);
      steps[i].op(to, blocks_[node.args[0]], blocks_[node.args[1]], blocks_[node.args[2]], tile.size());
      blocks_[i] = to;
    }
  }
}

void Workspace::run_native(const Tile& tile, std::span<void* const> nodes) {
  const Program& program = access_.program.program();
  operands_.assign(program.arrays.size() + program.indices, nullptr);
  for (std::size_t i = 0; i < program.nodes.size(); ++i) {
    const Node& node = program.nodes[i];
    if (!is_operand(node.op)) continue;
    blocks_[i] = load(i, tile);
    // Operands are only read.
    operands_[node.bits + (node.op == Op::index ? program.arrays.size() : 0)] = const_cast<void*>(blocks_[i]);
  }
  for (const std::uint32_t node : access_.program.results(access_.form)) {
    operands_.push_back(destination(node, tile));
    blocks_[node] = operands_.back();
  }
  if (nodes.empty() && access_.program.results(access_.form).empty()) return;
  operands_.insert(operands_.end(), nodes.begin(), nodes.end());
  access_.program.call(access_.form, Indices::in_memory, operands_.data(), access_.pass.scalars.data(), tile.size());
}

void Workspace::store(const Tile& tile) const {
  const Program& program = access_.program.program();
  for (std::size_t o = 0; o < program.outputs.size(); ++o) {
    const Output& output = program.outputs[o];
    if (output.fold != Fold::store) continue;
    const InterpretedProgram::Step& step = access_.program.steps()[output.node];
    const bool computed = access_.native || step.op != nullptr;
    if (computed && step.output == static_cast<std::int32_t>(o) && access_.direct_stores[o]) continue;
    const Operand& operand = access_.pass.outputs[o];
    scatter(access_.pass, operand, tile, blocks_[output.node], size_of(program.nodes[output.node].type),
            data_of(*operand.buffer));
  }
}

}  // namespace lockstep::cpu
