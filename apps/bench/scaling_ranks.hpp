#pragma once

#include "lockstep/comm/communicator.hpp"
#include "scaling.hpp"

namespace lockstep::bench {

/// How `lockstep scaling` starts itself as the ranks of mpirun.
struct RankLaunch {
  std::string scenario;  ///< its file
  std::vector<std::string> settings;
  int threads = 1;  ///< of each rank
};

/// As `run_scaling`, with numbers of ranks. mpirun is looked for in PATH and started twice for each number, in turns
/// that go forwards and backwards, to share out the `repeat` runs. Throws `unsupported` if there is no mpirun or this
/// build has no message passing, `device` with what the ranks wrote if they failed.
ScalingStudy run_scaling_on_ranks(const Scenario& scenario, const ScalingOptions& options, const RankLaunch& launch);

/// What such a rank does: measures `repeat` runs, and rank 0 writes them to `file`.
void measure_as_rank(const Communicator& ranks, const Scenario& scenario, int threads, ScalingMode mode, int repeat,
                     const std::string& file);

}  // namespace lockstep::bench
