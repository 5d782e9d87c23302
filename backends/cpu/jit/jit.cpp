#include "jit.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "block_ops.hpp"
#include "operations.hpp"

namespace lockstep::cpu {
namespace {

using namespace jit;

class Code : public JitCode {
 public:
  explicit Code(std::shared_ptr<void> memory) : memory_(std::move(memory)) {}
  ~Code() override { runtime().release(function); }
  asmjit::JitRuntime& runtime() const { return *static_cast<asmjit::JitRuntime*>(memory_.get()); }

 private:
  std::shared_ptr<void> memory_;
};

bool can_compile(const Program& program) {
  return std::all_of(program.nodes.begin(), program.nodes.end(), [&](const Node& node) {
    return info(node.op).arity == 0 || Operations::has(node.op, program.nodes[node.args[0]].type);
  });
}

class FunctionWriter {
 public:
  FunctionWriter(x86::Compiler& cc, const Program& program)
      : cc_(cc), program_(program), memory_(cc), operations_(cc, memory_), values_(program.nodes.size()) {}

  void write() {
    asmjit::FuncNode* function = cc_.addFunc(asmjit::FuncSignatureT<void, void* const*, const void*, std::uint64_t>());
    function->frame().setAvxEnabled();
    function->frame().setAvx512Enabled();
    const x86::Gp operands = cc_.newUIntPtr();
    const x86::Gp scalars = cc_.newUIntPtr();
    n_ = cc_.newUInt64();
    function->setArg(0, operands);
    function->setArg(1, scalars);
    function->setArg(2, n_);
    load_pointers(operands);
    write_uniform(scalars);

    const asmjit::Label loop = cc_.newLabel();
    const asmjit::Label tail = cc_.newLabel();
    const asmjit::Label end = cc_.newLabel();
    const x86::Gp full = cc_.newUInt64();
    i_ = cc_.newUInt64();
    cc_.xor_(i_, i_);
    cc_.mov(full, n_);
    cc_.and_(full, -kWidth);
    cc_.jz(tail);
    cc_.bind(loop);
    write_elements(nullptr);
    cc_.add(i_, kWidth);
    cc_.cmp(i_, full);
    cc_.jb(loop);
    cc_.bind(tail);
    cc_.sub(n_, i_);
    cc_.jz(end);
    const x86::KReg mask = tail_mask();
    write_elements(&mask);
    cc_.bind(end);
    cc_.ret();
    cc_.endFunc();
  }

 private:
  void load_pointers(const x86::Gp& operands) {
    const std::size_t count = program_.arrays.size() + program_.indices + result_nodes(program_).size();
    for (std::size_t p = 0; p < count; ++p) {
      pointers_.push_back(cc_.newUIntPtr());
      cc_.mov(pointers_.back(), x86::ptr(operands, static_cast<int>(8 * p)));
    }
  }

  void write_uniform(const x86::Gp& scalars) {
    for (std::size_t i = 0; i < program_.nodes.size(); ++i) {
      const Node& node = program_.nodes[i];
      if (node.op == Op::constant) values_[i] = memory_.constant(node.type, node.bits);
      if (node.op == Op::scalar) values_[i] = write_scalar(node, x86::ptr(scalars, static_cast<int>(8 * node.bits)));
    }
  }

  Vector write_scalar(const Node& node, x86::Mem from) {
    if (size_of(node.type) != 1) return memory_.broadcast(node.type, from);
    const x86::Gp value = cc_.newUInt32();
    from.setSize(1);
    if (node.type == DType::i8)
      cc_.movsx(value, from);
    else
      cc_.movzx(value, from);
    Vector v = memory_.make(node.type);
    const x86::Zmm all = node.type == DType::boolean ? cc_.newZmm() : v.part[0];
    cc_.vpbroadcastd(all, value);
    if (node.type == DType::boolean) cc_.vptestmd(v.mask, all, all);
    return v;
  }

  /// The lowest n bits, n below the width.
  x86::KReg tail_mask() {
    const x86::Gp bits = cc_.newUInt32();
    const x86::Gp count = cc_.newUInt32();
    const x86::KReg mask = cc_.newKw();
    cc_.mov(bits, 1);
    cc_.mov(count, n_.r32());
    cc_.shl(bits, count.r8());
    cc_.sub(bits, 1);
    cc_.kmovw(mask, bits);
    return mask;
  }

  void write_elements(const x86::KReg* tail) {
    for (std::size_t i = 0; i < program_.nodes.size(); ++i) {
      const Node& node = program_.nodes[i];
      if (node.op == Op::load)
        values_[i] = memory_.load(node.type, pointers_[node.bits], i_, tail);
      else if (node.op == Op::index)
        values_[i] = memory_.load(DType::i64, pointers_[program_.arrays.size() + node.bits], i_, tail);
      else if (info(node.op).arity > 0)
        values_[i] =
            operations_.emit(node.op, node.type, values_[node.args[0]], values_[node.args[1]], values_[node.args[2]]);
    }
    std::size_t pointer = program_.arrays.size() + program_.indices;
    for (std::uint32_t node : result_nodes(program_)) memory_.store(values_[node], pointers_[pointer++], i_, tail);
  }

  x86::Compiler& cc_;
  const Program& program_;
  Memory memory_;
  Operations operations_;
  std::vector<Vector> values_;
  std::vector<x86::Gp> pointers_;
  x86::Gp n_;
  x86::Gp i_;
};

}  // namespace

std::shared_ptr<void> make_jit_memory() { return std::make_shared<asmjit::JitRuntime>(); }

std::unique_ptr<JitCode> jit_compile(const Program& program, const std::shared_ptr<void>& memory) {
  if (!can_compile(program)) return nullptr;
  auto compiled = std::make_unique<Code>(memory);
  asmjit::CodeHolder code;
  code.init(compiled->runtime().environment());
  x86::Compiler cc(&code);
  FunctionWriter(cc, program).write();
  // What AsmJit cannot encode or place, the interpreter runs.
  if (cc.finalize() != asmjit::kErrorOk) return nullptr;
  if (compiled->runtime().add(&compiled->function, &code) != asmjit::kErrorOk) return nullptr;
  return compiled;
}

}  // namespace lockstep::cpu
