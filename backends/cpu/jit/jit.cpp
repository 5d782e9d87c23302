#include "jit.hpp"

#include <utility>

#include "function_writer.hpp"

namespace lockstep::cpu {
namespace {

class Code : public JitCode {
 public:
  explicit Code(std::shared_ptr<void> memory) : memory_(std::move(memory)) {}
  ~Code() override { runtime().release(function); }
  asmjit::JitRuntime& runtime() const { return *static_cast<asmjit::JitRuntime*>(memory_.get()); }

 private:
  std::shared_ptr<void> memory_;
};

}  // namespace

std::shared_ptr<void> make_jit_memory() { return std::make_shared<asmjit::JitRuntime>(); }

std::unique_ptr<JitCode> jit_compile(const Program& program, Form form, const std::shared_ptr<void>& memory) {
  if (!jit::FunctionWriter::can_write(program, form)) return nullptr;
  auto compiled = std::make_unique<Code>(memory);
  asmjit::CodeHolder code;
  code.init(compiled->runtime().environment());
  asmjit::x86::Compiler cc(&code);
  jit::FunctionWriter(cc, program, form).write();
  // What AsmJit cannot encode or place, the interpreter runs.
  if (cc.finalize() != asmjit::kErrorOk) return nullptr;
  if (compiled->runtime().add(&compiled->function, &code) != asmjit::kErrorOk) return nullptr;
  return compiled;
}

}  // namespace lockstep::cpu
