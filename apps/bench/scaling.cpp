#include "scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "host_run.hpp"
#include "lockstep/engine.hpp"
#include "orbit_case.hpp"
#include "statistics.hpp"
#include "timing.hpp"

namespace lockstep::bench {
namespace {

constexpr int kMost = 4096;  // threads that a CPU device opens

}  // namespace

Scenario scaled(Scenario scenario, int factor) {
  auto* generated = std::get_if<GeneratedParticles>(&scenario.particles);
  if (!generated)
    throw Error(Code::bad_argument, "weak scaling needs more and more particles, and these are not generated",
                "Use a scenario with particles.generate, or --strong.");
  generated->count *= static_cast<std::uint64_t>(factor);
  return scenario;
}

namespace {

/// One run from the start. The first on a device compiles and touches memory: `warm_up` does a single step.
void run_once(const Device& device, Scenario scenario, bool warm_up, ScalingRun& run) {
  if (warm_up) scenario.steps = std::min<std::int64_t>(scenario.steps, 1);
  Simulation simulation(device, std::move(scenario));
  run.particles = simulation.size();
  const RunOptions calls{{}, [](const Diagnostics&) {}, {}};
  const RunResult result = simulation.run(calls);
  if (warm_up) return;
  run.seconds.push_back(result.seconds);
  if (run.hash.empty()) run.hash = state_hash(simulation.state());
}

}  // namespace

std::optional<SerialPeer> serial_peer(const Scenario& scenario, std::uint64_t particles, int repeat) {
  const HostLoop* loop = find_limit(scenario.dynamics, scenario.precision);
  if (!loop || scenario.dynamics != "orbit" || particles == 0 || scenario.steps == 0) return std::nullopt;
  HostRun run(*loop, particles, 1, 1);
  const Batch batch = host_batch([&] { run.run(); });
  batch(1);
  std::vector<double> seconds;
  for (int i = 0; i < repeat; ++i) seconds.push_back(batch(1));
  const double steps = static_cast<double>(scenario.steps) / kOrbitSteps;
  return SerialPeer{"the hand-written loop, without diagnostics", quantile(seconds, 0.5) * steps};
}

double cost(ScalingMode mode, int p) { return mode == ScalingMode::weak ? 1.0 : 1.0 / p; }

std::string_view to_string(ScalingMode mode) noexcept { return mode == ScalingMode::strong ? "strong" : "weak"; }

std::vector<int> default_threads(int processors) {
  std::vector<int> threads;
  for (int p = 1; p < processors; p *= 2) threads.push_back(p);
  threads.push_back(std::max(1, processors));
  return threads;
}

std::vector<int> parse_numbers(const std::vector<std::string>& words, std::string_view unit) {
  std::vector<int> numbers = {1};
  for (const std::string& word : words) {
    int number = 0;
    const char* end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, number);
    if (error != std::errc() || rest != end || number < 1 || number > kMost)
      throw Error(Code::bad_argument, fmt::format("--{0}s: '{1}' is no number of {0}s", unit, word),
                  fmt::format("Write numbers from 1 to {} with commas between them, such as 1,2,4.", kMost));
    numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

ScalingStudy run_scaling(const Scenario& scenario, const ScalingOptions& options) {
  ScalingStudy study{options.mode, {}, {}};
  const Engine engine;
  std::vector<Device> devices;
  std::vector<Scenario> scenarios;
  double work = 0, done = 0;
  for (const int threads : options.threads) {
    devices.push_back(engine.open(fmt::format("cpu:{}", threads)));
    scenarios.push_back(options.mode == ScalingMode::weak ? scaled(scenario, threads) : scenario);
    study.runs.push_back({threads, 0, {}, {}});
  }
  for (const int threads : options.threads) work += options.repeat * cost(options.mode, threads);
  for (std::size_t i = 0; i < devices.size(); ++i) run_once(devices[i], scenarios[i], true, study.runs[i]);
  for (int round = 0; round < options.repeat; ++round) {
    for (std::size_t k = 0; k < devices.size(); ++k) {
      // Every second round goes backwards: what disturbs the machine disturbs all alike.
      const std::size_t i = round % 2 == 0 ? k : devices.size() - 1 - k;
      if (options.progress) options.progress(done / work);
      run_once(devices[i], scenarios[i], false, study.runs[i]);
      done += cost(options.mode, options.threads[i]);
    }
  }
  study.peer = serial_peer(scenario, study.runs.front().particles, options.repeat);
  return study;
}

ScalingReport report_of(const ScalingStudy& study) {
  ScalingReport report{study.mode, {}, {}, {}, {}, study.unit};
  const bool weak = study.mode == ScalingMode::weak;
  const double one = summarize(study.runs.front().seconds).median;
  report.best_serial = {"the same program on one " + study.unit, one};
  if (study.peer && study.peer->seconds < one) report.best_serial = *study.peer;
  std::vector<SpeedupPoint> points;
  for (const ScalingRun& run : study.runs) {
    const Summary summary = summarize(run.seconds);
    const double p = run.threads, factor = weak ? p : 1;  // of the work
    ScalingRow row;
    row.threads = run.threads;
    row.particles = run.particles;
    row.seconds = summary.median;
    row.spread = summary.spread();
    row.relative = factor * speedup(one, summary.median);
    row.absolute = factor * speedup(report.best_serial.seconds, summary.median);
    row.efficiency = efficiency(row.relative, p);
    row.same_bits = weak || run.hash == study.runs.front().hash;
    if (run.threads > 1) {
      row.serial = weak ? (p - row.relative) / (p - 1) : karp_flatt(row.relative, p);
      row.kind = classify(row.relative, p);
    }
    points.push_back({p, row.relative});
    report.rows.push_back(row);
  }
  report.amdahl = fit_amdahl(points);
  report.gustafson = fit_gustafson(points);
  return report;
}

}  // namespace lockstep::bench
