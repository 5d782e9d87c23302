#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::bench {

/// A data cache of the host's first core.
struct CacheLevel {
  int level = 1;
  std::uint64_t bytes = 0;
};

/// From the nearest to the farthest; empty if the system does not tell.
std::vector<CacheLevel> host_caches();

/// Where arrays of `bytes` in all stay between executions: "L1", "L2", .. by the sizes of one core's caches, or "DRAM".
std::string level_of(std::uint64_t bytes, const std::vector<CacheLevel>& caches);

/// How many equal sets of arrays to go through in turn: 1 for what fits in a cache, so that it stays there; else enough
/// to make four times the last cache, so that nothing is left in it when its turn comes again.
std::uint64_t sets_for(std::uint64_t bytes, const std::vector<CacheLevel>& caches);

}  // namespace lockstep::bench
