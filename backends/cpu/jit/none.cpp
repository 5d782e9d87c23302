// The build without AsmJit, or for other processors: the interpreter runs everything.
#include "jit.hpp"

namespace lockstep::cpu {

std::shared_ptr<JitMemory> make_jit_memory(JitTarget, const BlockTable&) { return nullptr; }

}  // namespace lockstep::cpu
