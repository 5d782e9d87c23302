#pragma once

#include "interpreted_program.hpp"
#include "thread_pool.hpp"

namespace lockstep::cpu {

/// The short way for the most common passes: native code over operands that all lie in memory one element after
/// another, nothing folded or everything. Returns false, with nothing done, if the pass is not of that kind.
bool run_directly(const InterpretedProgram& program, const Pass& pass, ThreadPool& pool);

}  // namespace lockstep::cpu
