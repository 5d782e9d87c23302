#include "jit.hpp"

#include <utility>

#include "function_writer.hpp"

// Debian compiles AsmJit with its assertions. For one of them the register allocator looks through all registers at
// each of its steps, which is half of the time of a compilation. The archive's definition is weak, so that this one,
// which looks at nothing, takes its place; an archive without assertions has none.
ASMJIT_BEGIN_NAMESPACE
class RAAssignment {
 public:
  void verify() noexcept;
};
void RAAssignment::verify() noexcept {}
ASMJIT_END_NAMESPACE

namespace lockstep::cpu {
namespace {

class Code : public JitCode {
 public:
  explicit Code(std::shared_ptr<asmjit::JitRuntime> runtime) : runtime_(std::move(runtime)) {}
  ~Code() override { runtime_->release(function); }

 private:
  std::shared_ptr<asmjit::JitRuntime> runtime_;
};

class Memory : public JitMemory {
 public:
  Memory(JitTarget target, const BlockTable& table) : target_(target), table_(table) {}

  std::unique_ptr<JitCode> compile(const Program& program, Form form, Indices indices) override {
    auto compiled = std::make_unique<Code>(runtime_);
    asmjit::CodeHolder code;
    code.init(runtime_->environment());
    asmjit::x86::Compiler cc(&code);
    jit::FunctionWriter writer(cc, program, form, indices, target_, table_);
    if (!writer.can_write()) return nullptr;
    writer.write();
    // What AsmJit cannot encode or place, the interpreter runs.
    if (cc.finalize() != asmjit::kErrorOk) return nullptr;
    if (runtime_->add(&compiled->function, &code) != asmjit::kErrorOk) return nullptr;
    compiled->multiple = writer.multiple();
    return compiled;
  }

 private:
  JitTarget target_;
  const BlockTable& table_;
  std::shared_ptr<asmjit::JitRuntime> runtime_ = std::make_shared<asmjit::JitRuntime>();
};

}  // namespace

std::shared_ptr<JitMemory> make_jit_memory(JitTarget target, const BlockTable& table) {
  return std::make_shared<Memory>(target, table);
}

}  // namespace lockstep::cpu
