// The build without AsmJit, or for other processors: the interpreter runs everything.
#include "jit.hpp"

namespace lockstep::cpu {

std::shared_ptr<void> make_jit_memory() { return nullptr; }

std::unique_ptr<JitCode> jit_compile(const Program&, Form, const std::shared_ptr<void>&) { return nullptr; }

}  // namespace lockstep::cpu
