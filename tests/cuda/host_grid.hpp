#pragma once

#include <cstdint>

namespace lockstep::test {

struct HostState;

/// Calls a kernel that a host compiler made (cuda_on_host.hpp) for every thread of a grid. `state` is that of its
/// library. Threads of a block run in turns from barrier to barrier, in a new order each time, so that a missing
/// barrier shows. Throws std::runtime_error if some threads of a block end while others wait at a barrier.
void run_grid(void (*entry)(void**), HostState* state, void** places, std::uint64_t blocks, unsigned block_size,
              bool has_barriers);

}  // namespace lockstep::test
