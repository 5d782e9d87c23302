#pragma once

#include <span>
#include <string_view>

#include "../../host_loop.hpp"

namespace lockstep::bench {

/// A library of other people and what it has for the cases, where this build has it. Its loops begin on one thread and
/// use what threads the library wants, all of them or one.
struct PeerLibrary {
  std::string_view name;
  HostLoops loops;
};

/// Those in this build; none unless LOCKSTEP_PEERS is ON.
std::span<const PeerLibrary> peer_libraries();

// Each in a source of its own.
HostLoops eigen_loops();
HostLoops tbb_loops();
HostLoops thrust_loops();

}  // namespace lockstep::bench
