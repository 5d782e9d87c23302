#pragma once

#include "interpreted_program.hpp"
#include "thread_pool.hpp"

namespace lockstep::cpu {

/// Runs a program over a pass, in blocks that stay in the first-level cache. The bits do not depend on the number of
/// threads: folds follow the unit tree, of which every task takes an aligned run of units.
void interpret(const InterpretedProgram& program, const Pass& pass, ThreadPool& pool);

}  // namespace lockstep::cpu
