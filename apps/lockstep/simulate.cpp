// lockstep simulate: runs a scenario, shows how it goes, writes what it leaves.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "commands.hpp"
#include "interruption.hpp"
#include "lockstep/engine.hpp"
#include "lockstep/particles/simulation.hpp"
#include "profile_report.hpp"
#include "progress_bar.hpp"
#include "ranks.hpp"
#include "run_record.hpp"
#include "table.hpp"
#include "terminal.hpp"

namespace lockstep::app {
namespace {

struct Options {
  std::string scenario;
  std::string device;
  std::optional<std::string> steps;
  std::vector<std::string> settings;
  std::string output;
  std::string json;
  std::string memory;
  bool quiet = false;
  ProfileOptions profile;

  bool json_to_stdout() const { return json == "-"; }
};

constexpr std::int64_t kMostTableRows = 20;

/// The table of diagnostics on standard output, row by row while the run goes on. It thins out what thermo.csv has in
/// full, and on a terminal shows the columns that fit. It ends when standard output does; the run goes on.
class DiagnosticsTable {
 public:
  explicit DiagnosticsTable(const Simulation& simulation) : end_(simulation.scenario().steps) {
    const std::int64_t every = simulation.scenario().output.every;
    every_ = every * std::max<std::int64_t>(1, (end_ / every + kMostTableRows - 1) / kMostTableRows);
    step_width_ = std::max<std::size_t>(4, std::to_string(end_).size());
    const std::size_t left = step_width_ + kTimeWidth + 2, width = terminal_width(STDOUT_FILENO, SIZE_MAX);
    columns_ = std::min(simulation.quantities().size(), (std::max(width, left) - left) / (kWidth + 1));
    std::string line = fmt::format("{:>{}} {:>{}}", "step", step_width_, "time", kTimeWidth);
    for (const QuantityInfo& quantity : simulation.quantities().first(columns_))
      line += fmt::format(" {:>{}}", quantity.name, kWidth);
    open_ = try_print(line + "\n");
  }

  void show(const Diagnostics& row, bool last) {
    if (!open_) return;
    if (!last && row.step % every_ != 0 && row.step != end_) return;
    std::string line = fmt::format("{:>{}} {:>{}.6g}", row.step, step_width_, row.time, kTimeWidth);
    for (std::size_t c = 0; c < columns_; ++c) line += fmt::format(" {:>{}.5g}", row.values[c], kWidth);
    open_ = try_print(line + "\n");
  }

 private:
  static constexpr std::size_t kTimeWidth = 9;
  static constexpr std::size_t kWidth = 11;  // "-1.2346e+06"

  std::int64_t end_;
  std::int64_t every_ = 1;
  std::size_t step_width_ = 4;
  std::size_t columns_ = 0;
  bool open_ = true;
};

std::string heading(const Simulation& simulation, const BitStatus& bits) {
  const Scenario& s = simulation.scenario();
  const DeviceInfo& device = simulation.device().info();
  const int ranks = simulation.ranks().size();
  std::string text = fmt::format("{}{}{}\n", s.name, s.title.empty() ? "" : ": ", s.title);
  text += fmt::format("{} of {} particles in {}, {} steps of {}\n", s.dynamics, format_count(simulation.size()),
                      to_string(s.precision), format_count(static_cast<std::uint64_t>(s.steps)), s.timestep);
  text += fmt::format("on {}{} ({}), bits {}\n\n", ranks == 1 ? "" : fmt::format("{} ranks, the first on ", ranks),
                      device.name, device.description, bits.exact ? "exact" : "differ: " + bits.difference);
  return text;
}

std::string summary(const RunRecord& record, const Options& options) {
  const RunResult& result = record.result;
  std::string text = fmt::format("\nstate hash  {}\n", record.hash);
  text += fmt::format("time        {}", format_seconds(result.seconds));
  if (result.particle_steps > 0) text += fmt::format(", {}", format_rate(result.particle_steps / result.seconds));
  text += "\n";
  if (!options.output.empty()) text += fmt::format("written to  {}\n", options.output);
  return text;
}

/// What a run shows and keeps while it goes on: rank 0 alone.
RunOptions calls_of_first(ProgressBar& bar, std::optional<DiagnosticsTable>& table, RunRecord& record,
                          const Interruption& interruption) {
  return {
      [&](const Progress& progress) { bar.show(progress); },
      [&](const Diagnostics& row) {
        record.rows.push_back(row);
        bar.hide();
        if (table) table->show(row, interruption.signal() != 0);
      },
      {},
  };
}

RunRecord run_scenario(Simulation& simulation, const Interruption& interruption, const Options& options) {
  const Communicator& ranks = simulation.ranks();
  RunRecord record;
  ProgressBar bar(simulation.size(), options.quiet);
  std::optional<DiagnosticsTable> table;
  RunOptions calls;
  if (ranks.rank() == 0) {
    if (!options.json_to_stdout()) table.emplace(simulation);
    calls = calls_of_first(bar, table, record, interruption);
  } else {
    calls.diagnostics = [](const Diagnostics&) {};  // it takes all ranks
  }
  calls.stop = [&] { return interruption.signal() != 0; };
  record.result = simulation.run(calls);
  // The signal may have come to one rank alone.
  if (record.result.stopped) record.stopped_by = ranks.allreduce_value(RankOp::max, interruption.signal());
  record.state = simulation.state();
  if (ranks.rank() == 0) record.hash = state_hash(record.state);
  return record;
}

void say_stopped(const RunRecord& record, const Simulation& simulation, const Options& options) {
  const auto done = static_cast<std::uint64_t>(record.state.step);
  const auto asked = static_cast<std::uint64_t>(simulation.scenario().steps);
  note(fmt::format("stopped by {} after {} of {} steps; {}", signal_name(record.stopped_by), format_count(done),
                   format_count(asked),
                   options.output.empty() ? "nothing was asked to be written (--output)" : "their state is written"));
}

Scenario read_scenario(const Options& options) {
  std::vector<std::string> settings = options.settings;
  if (options.steps) settings.push_back(fmt::format("dynamics.steps={}", *options.steps));
  return load_scenario(options.scenario, settings);
}

void check_outputs(const Options& options) {
  if (!options.output.empty()) prepare_directory(options.output);
  if (!options.json.empty() && !options.json_to_stdout()) check_writable(options.json);
}

void write_results(const RunRecord& record, const Simulation& simulation, const Options& options) {
  if (!options.output.empty()) write_run(options.output, record, simulation);
  const std::string json = options.json.empty() ? "" : to_json(record, simulation);
  if (!options.json.empty() && !options.json_to_stdout()) write_file(options.json, json);
  print(options.json_to_stdout() ? json : summary(record, options));
  if (record.result.stopped) say_stopped(record, simulation, options);
}

int run(const Options& options, const Communicator& ranks) {
  const bool first = ranks.rank() == 0;
  Scenario scenario;
  std::optional<Device> device;
  ranks.together([&] { scenario = read_scenario(options); });
  ranks.on_first([&] { check_outputs(options); });
  ranks.together([&] {
    const Engine engine;
    const DeviceOptions limits{options.memory.empty() ? 0 : parse_bytes(options.memory, "--memory")};
    device = engine.open(device_of_rank(engine, options.device, ranks), limits);
  });
  const BitStatus bits = bits_of_all(ranks, *device);
  if (first && !bits.exact) warn(fmt::format("the bits of {} differ: {}", device->name(), bits.difference));
  std::optional<Profile> profile;
  if (first) profile = start_profile(*device, options.profile);
  Simulation simulation(*device, std::move(scenario), ranks);
  if (first && !options.json_to_stdout()) print(heading(simulation, bits));

  const Interruption interruption;
  RunRecord record = run_scenario(simulation, interruption, options);
  record.bits = bits;
  record.devices = gather_texts(ranks, device->name());
  record.profile = finish_profile(profile, *device, options.profile);
  ranks.on_first([&] { write_results(record, simulation, options); });
  return record.result.stopped ? 128 + record.stopped_by : kGood;
}

}  // namespace

Run setup_simulate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("SCENARIO", options->scenario, "scenario file (TOML; docs/scenarios.md)")->required()->type_name("");
  app.add_option("-d,--device", options->device, kDeviceHelp)->type_name("DEVICE");
  app.add_option("--steps", options->steps, "how many steps, in place of the scenario's steps or duration")
      ->type_name("N");
  app.add_option("--set", options->settings, "another value for a key, such as dynamics.timestep=1e-3")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  app.add_option("-o,--output", options->output, "directory for final.csv (or .npy), thermo.csv and run.json")
      ->type_name("DIR");
  app.add_option("--json", options->json, "file for the record of the run; - is standard output, without the table")
      ->type_name("FILE");
  app.add_option("--memory", options->memory, "the most memory that arrays may take, such as 512MiB")
      ->type_name("BYTES");
  add_profile_options(app, options->profile);
  app.add_flag("-q,--quiet", options->quiet, "show no progress");
  app.footer(
      "The state hash is the same exactly for runs with the same bits, on every device.\n"
      "Ctrl-C (or SIGTERM) ends the run after the launch under way, writes the state of the steps done, and exits "
      "with\n"
      "130 (143). A second one ends the program at once. Under mpirun the particles are divided over the ranks\n"
      "(docs/mpi.md).\n\n"
      "Examples:\n"
      "  lockstep simulate apps/scenarios/orbits.toml\n"
      "  lockstep simulate apps/scenarios/textbook.toml --output out --set precision=f32\n"
      "  lockstep simulate apps/scenarios/textbook.toml --steps 100 --json - | jq -r .state_hash\n"
      "  mpirun -n 4 lockstep simulate apps/scenarios/orbits.toml");
  return [options] { return on_all_ranks([&](const Communicator& ranks) { return run(*options, ranks); }); };
}

}  // namespace lockstep::app
