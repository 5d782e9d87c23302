#include "custom_fold.hpp"

#include <algorithm>
#include <cstring>

#include "interpreted_program.hpp"

namespace lockstep::cpu {
namespace {

constexpr std::size_t kMost = 256;  // elements joined at a time

/// The combination as a program over two arrays.
Program as_program(const Combine& combine) {
  Program program;
  program.nodes = combine.nodes;
  for (Node& node : program.nodes)
    if (node.op == Op::scalar) node.op = Op::load;
  program.arrays = {combine.type, combine.type};
  program.outputs.push_back({combine.result, Fold::store});
  return program;
}

/// This thread's memory for the values of a combination.
std::byte* thread_memory(std::size_t bytes) {
  thread_local std::vector<std::uint64_t> memory;
  if (memory.size() * 8 < bytes) memory.resize(bytes / 8 + 1);
  return reinterpret_cast<std::byte*>(memory.data());
}

}  // namespace

CustomFold::CustomFold(const Combine& combine, const BlockTable& table, const std::shared_ptr<JitMemory>& jit)
    : size_(size_of(combine.type)), result_(combine.result) {
  Program program = as_program(combine);
  constants_.resize(program.nodes.size());
  for (std::size_t n = 0; n < program.nodes.size(); ++n) {
    const Node& node = program.nodes[n];
    if (node.op != Op::constant) continue;
    const std::size_t size = size_of(node.type);
    constants_[n].resize(kMost * size);
    for (std::size_t i = 0; i < kMost; ++i) std::memcpy(&constants_[n][i * size], &node.bits, size);
  }
  program_ = std::make_unique<InterpretedProgram>(std::move(program), table, jit);
  native_ = program_->is_native() && !program_->results(Form::map).empty();
}

CustomFold::~CustomFold() = default;

void CustomFold::interpret(std::byte* left, const std::byte* right, std::size_t n) const {
  const std::vector<Node>& nodes = program_->program().nodes;
  const std::vector<InterpretedProgram::Step>& steps = program_->steps();
  std::byte* memory = thread_memory(program_->slots() * kMost * 8);
  std::vector<const void*> values(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].op == Op::load) {
      values[i] = nodes[i].bits == 0 ? left : right;
    } else if (nodes[i].op == Op::constant) {
      values[i] = constants_[i].data();
    } else {
      std::byte* to = memory + steps[i].slot * kMost * 8;
      steps[i].op(to, values[nodes[i].args[0]], values[nodes[i].args[1]], values[nodes[i].args[2]], n);
      values[i] = to;
    }
  }
  if (values[result_] != left) std::memcpy(left, values[result_], n * size_);
}

void CustomFold::join(std::byte* left, const std::byte* right, std::size_t n) const {
  if (native_) {
    // Native code reads each element before it writes to its place. Operands are only read.
    void* operands[] = {left, const_cast<std::byte*>(right), left};
    program_->call(Form::map, Indices::in_memory, operands, nullptr, n);
    return;
  }
  for (std::size_t i = 0; i < n; i += kMost) interpret(left + i * size_, right + i * size_, std::min(kMost, n - i));
}

/// Lane l += lane l + 64, then l + 32 and so on; of the lanes the first `active` hold something.
void CustomFold::halve(std::byte* lanes, std::size_t active, std::size_t width) const {
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    if (active <= half) continue;
    join(lanes, lanes + half * width * size_, (active - half) * width);
    active = half;
  }
}

Partial CustomFold::unit(const void* values, std::size_t n) const {
  const auto* x = static_cast<const std::byte*>(values);
  alignas(64) std::byte lanes[kLanes * 8];
  const std::size_t active = std::min(n, kLanes);
  std::memcpy(lanes, x, active * size_);
  for (std::size_t row = kLanes; row < n; row += kLanes) join(lanes, x + row * size_, std::min(kLanes, n - row));
  halve(lanes, active, 1);
  Partial node;
  std::memcpy(&node.bits, lanes, size_);
  return node;
}

void CustomFold::rows(void* lanes, const void* values, std::size_t rows, std::size_t width, std::size_t row) const {
  const auto* x = static_cast<const std::byte*>(values);
  const std::size_t bytes = width * size_;
  for (std::size_t r = 0; r < rows; ++r, x += bytes) {
    std::byte* lane = static_cast<std::byte*>(lanes) + (row + r) % kLanes * bytes;
    if (row + r < kLanes)
      std::memcpy(lane, x, bytes);
    else
      join(lane, x, width);
  }
}

void CustomFold::close(void* lanes, std::size_t rows, std::size_t width, Partial* nodes) const {
  auto* lane = static_cast<std::byte*>(lanes);
  halve(lane, std::min(rows, kLanes), width);
  for (std::size_t w = 0; w < width; ++w) {
    nodes[w] = {};
    std::memcpy(&nodes[w].bits, lane + w * size_, size_);
  }
}

void CustomFold::combine(Partial& left, const Partial& right) const {
  join(reinterpret_cast<std::byte*>(&left.bits), reinterpret_cast<const std::byte*>(&right.bits), 1);
}

std::vector<std::shared_ptr<const CustomFold>> make_custom_folds(const Program& program, const BlockTable& table,
                                                                 const std::shared_ptr<JitMemory>& jit) {
  std::vector<std::shared_ptr<const CustomFold>> folds;
  for (const Combine& combine : program.combines) folds.push_back(std::make_shared<CustomFold>(combine, table, jit));
  return folds;
}

}  // namespace lockstep::cpu
