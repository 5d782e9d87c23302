#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lockstep/particles/simulation.hpp"
#include "plot/chart.hpp"
#include "scaling_laws.hpp"

namespace lockstep::bench {

enum class ScalingMode {
  strong,  ///< the scenario as it is, on more threads
  weak,    ///< as many times more particles as there are threads
};
std::string_view to_string(ScalingMode mode) noexcept;

struct ScalingOptions {
  std::vector<int> threads;  ///< ascending, from 1; or of ranks
  ScalingMode mode = ScalingMode::strong;
  int repeat = 5;
  std::function<void(double done)> progress{};  ///< told which part of the work is done
};

/// What was measured on a number of threads, or of ranks.
struct ScalingRun {
  int threads = 1;
  std::uint64_t particles = 0;
  std::vector<double> seconds;
  std::string hash;  ///< of the final state
};

/// A program on one thread that does the same work.
struct SerialPeer {
  std::string what;
  double seconds = 0;
};

struct ScalingStudy {
  ScalingMode mode = ScalingMode::strong;
  std::vector<ScalingRun> runs;
  std::optional<SerialPeer> peer;  ///< if there is one for the scenario's dynamics
  std::string unit = "thread";     ///< what there is more and more of: "thread" or "rank"
};

/// Threads to try when nobody says: powers of two up to the processors of this machine, and their number.
std::vector<int> default_threads(int processors);
/// "1,2,4" of `--threads` or `--ranks`: ascending, each once, with 1 put in front. Throws `bad_argument`.
std::vector<int> parse_numbers(const std::vector<std::string>& words, std::string_view unit);

/// Runs the scenario on each number of threads in turn, `repeat` times, each time from its start. Times are those of
/// `Simulation::run` with its diagnostics. Throws `bad_argument` in weak mode unless the particles are generated.
ScalingStudy run_scaling(const Scenario& scenario, const ScalingOptions& options);

// Parts of it, for the study on ranks (scaling_ranks.hpp).

/// The scenario with `factor` times as many particles. Throws `bad_argument` unless they are generated.
Scenario scaled(Scenario scenario, int factor);
/// The hand-written loop of the benchmarks on one thread, scaled to the steps of the scenario, if there is one.
std::optional<SerialPeer> serial_peer(const Scenario& scenario, std::uint64_t particles, int repeat);
/// What a run on `p` threads costs beside one on 1, as a law would have it: for the progress alone.
double cost(ScalingMode mode, int p);

/// A line of the report.
struct ScalingRow {
  int threads = 1;
  std::uint64_t particles = 0;
  double seconds = 0, spread = 0;   ///< median, and half the distance of the quartiles as a part of it
  double relative = 1;              ///< speedup over the same program on one thread; in weak mode scaled by the work
  double absolute = 1;              ///< over the best program on one thread that is known
  double efficiency = 1;            ///< relative, per thread
  double serial = 0;                ///< the fraction that is serial, by Karp and Flatt; in weak mode by Gustafson
  std::optional<ScalingKind> kind;  ///< not for one thread
  bool same_bits = true;            ///< as on one thread; in weak mode there is nothing to compare
};

struct ScalingReport {
  ScalingMode mode = ScalingMode::strong;
  std::vector<ScalingRow> rows;
  SerialPeer best_serial;
  std::optional<LawFit> amdahl, gustafson;
  std::string unit = "thread";
};

ScalingReport report_of(const ScalingStudy& study);

/// Speedup and efficiency over the threads, with the law that belongs to the mode, for `write_charts`.
std::vector<Chart> scaling_charts(const ScalingReport& report, const std::string& what);

}  // namespace lockstep::bench
