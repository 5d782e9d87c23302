// lockstep scaling: how a scenario's time goes down with more threads or ranks, or how much more they do in the same
// time.
#include "bench/scaling.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/report.hpp"
#include "bench/scaling_ranks.hpp"
#include "commands.hpp"
#include "lockstep/engine.hpp"
#include "lockstep/version.hpp"
#include "progress_bar.hpp"
#include "ranks.hpp"
#include "run_record.hpp"
#include "table.hpp"
#include "terminal.hpp"
#include "usage.hpp"

namespace lockstep::app {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string scenario, json, plot, samples;
  std::vector<std::string> threads, ranks, settings;
  std::optional<std::string> steps;
  int repeat = 5;
  bool strong = false, weak = false, quiet = false;

  bool json_to_stdout() const { return json == "-"; }
};

int processors() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

std::string percent(double part) { return fmt::format("{:.0f}%", 100 * part); }

std::string table(const bench::ScalingReport& report) {
  std::vector<std::vector<std::string>> rows = {{report.unit == "rank" ? "RANKS" : "THREADS", "PARTICLES", "TIME", "+-",
                                                 "RELATIVE", "ABSOLUTE", "EFF.", "SERIAL", "KIND"}};
  for (const bench::ScalingRow& row : report.rows)
    rows.push_back({std::to_string(row.threads), format_count(row.particles), bench::time_text(row.seconds),
                    percent(row.spread), fmt::format("{:.2f}x", row.relative), fmt::format("{:.2f}x", row.absolute),
                    percent(row.efficiency), row.kind ? fmt::format("{:.3f}", row.serial) : "-",
                    row.kind ? std::string(to_string(*row.kind)) : "-"});
  return format_table(rows, {0, 1, 2, 3, 4, 5, 6, 7});
}

std::string law_line(const char* name, const std::optional<bench::LawFit>& fit, const bench::ScalingReport& report,
                     const std::function<double(double serial, double threads)>& law) {
  if (!fit) return {};
  const int most = report.rows.back().threads;
  std::string text = fmt::format("{:<11} s = {:.4f}, error {:.0f}%; predicts", name, fit->serial, 100 * fit->error);
  for (const int threads : {2 * most, 4 * most, 8 * most})
    text += fmt::format("{} {:.3g}x on {}", threads == 2 * most ? "" : ",", law(fit->serial, threads), threads);
  return text + "\n";
}

std::string closing(const bench::ScalingStudy& study, const bench::ScalingReport& report) {
  const auto amdahl = [](double serial, double p) { return bench::amdahl(1 - serial, p); };
  const auto gustafson = [](double serial, double p) { return bench::gustafson(p, serial); };
  std::string text =
      fmt::format("\nbest serial {}: {}\n", bench::time_text(report.best_serial.seconds), report.best_serial.what);
  text += report.mode == bench::ScalingMode::strong ? law_line("Amdahl", report.amdahl, report, amdahl)
                                                    : law_line("Gustafson", report.gustafson, report, gustafson);
  if (report.mode == bench::ScalingMode::weak) return text;
  text += law_line("Gustafson", report.gustafson, report, gustafson);
  text += fmt::format("state hash  {}", study.runs.front().hash);
  for (const bench::ScalingRow& row : report.rows)
    if (!row.same_bits) text += fmt::format(", but other bits on {} {}s", row.threads, report.unit);
  return text + "\n";
}

Json json_of(const std::optional<bench::LawFit>& fit) {
  return fit ? Json{{"serial_fraction", fit->serial}, {"error", fit->error}} : Json();
}

std::string to_json(const Scenario& scenario, const bench::ScalingStudy& study, const bench::ScalingReport& report) {
  Json points = Json::array();
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const bench::ScalingRow& row = report.rows[i];
    points.push_back({{report.unit + "s", row.threads},
                      {"particles", row.particles},
                      {"seconds", row.seconds},
                      {"samples", study.runs[i].seconds},
                      {"relative_speedup", row.relative},
                      {"absolute_speedup", row.absolute},
                      {"efficiency", row.efficiency},
                      {"serial_fraction", row.kind ? Json(row.serial) : Json()},
                      {"kind", row.kind ? Json(to_string(*row.kind)) : Json()},
                      {"state_hash", study.runs[i].hash},
                      {"same_bits", row.same_bits}});
  }
  const Json document = {
      {"lockstep", version()},
      {"scenario", {{"name", scenario.name}, {"overrides", scenario.overrides}, {"text", scenario.text}}},
      {"mode", to_string(report.mode)},
      {"processor", Engine().open("cpu:1").info().description},
      {"processors", processors()},
      {"points", points},
      {"best_serial", {{"what", report.best_serial.what}, {"seconds", report.best_serial.seconds}}},
      {"amdahl", json_of(report.amdahl)},
      {"gustafson", json_of(report.gustafson)},
  };
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// The numbers to try: of ranks if there is `--ranks`, else of threads.
std::vector<int> numbers(const Options& options) {
  if (!options.ranks.empty()) return bench::parse_numbers(options.ranks, "rank");
  return options.threads.empty() ? bench::default_threads(processors())
                                 : bench::parse_numbers(options.threads, "thread");
}

/// How each rank is started: on one thread, if `--threads` says nothing else.
bench::RankLaunch launch_of(const Options& options, const std::vector<std::string>& settings) {
  if (options.threads.size() > 1)
    throw Error(Code::bad_argument, "with --ranks there is one number of threads, that of each rank",
                "Write --threads 2, for example, or leave it out for 1.");
  const int threads = options.threads.empty() ? 1 : bench::parse_numbers(options.threads, "thread").back();
  return {options.scenario, settings, threads};
}

bench::ScalingStudy measure(const Scenario& scenario, const Options& options, const std::vector<int>& threads,
                            const std::vector<std::string>& settings) {
  bench::ScalingOptions how{threads, options.weak ? bench::ScalingMode::weak : bench::ScalingMode::strong,
                            options.repeat};
  ProgressBar bar(0, options.quiet);
  const auto start = std::chrono::steady_clock::now();
  how.progress = [&](double done) {
    bar.show(done, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  };
  return options.ranks.empty() ? bench::run_scaling(scenario, how)
                               : bench::run_scaling_on_ranks(scenario, how, launch_of(options, settings));
}

void warn_of_sharing(const Options& options, int most) {
  const int each =
      options.ranks.empty() || options.threads.empty() ? 1 : bench::parse_numbers(options.threads, "thread").back();
  if (most * each > processors()) warn(fmt::format("{} threads share {} processors", most * each, processors()));
}

int run(const Options& options) {
  std::vector<std::string> settings = options.settings;
  if (options.steps) settings.push_back(fmt::format("dynamics.steps={}", *options.steps));
  const Scenario scenario = load_scenario(options.scenario, settings);
  if (!options.samples.empty())
    return on_all_ranks([&](const Communicator& ranks) {
      bench::measure_as_rank(ranks, scenario, launch_of(options, settings).threads,
                             options.weak ? bench::ScalingMode::weak : bench::ScalingMode::strong, options.repeat,
                             options.samples);
      return int{kGood};
    });
  const std::vector<int> threads = numbers(options);
  if (!options.ranks.empty()) launch_of(options, settings);
  if (!options.plot.empty()) bench::check_chart_file(options.plot), check_writable(options.plot);
  if (!options.json.empty() && !options.json_to_stdout()) check_writable(options.json);
  warn_of_sharing(options, threads.back());

  const bench::ScalingStudy study = measure(scenario, options, threads, settings);
  const bench::ScalingReport report = bench::report_of(study);
  const std::string what =
      fmt::format("{}: {} in {}, {} steps", scenario.name, scenario.dynamics, to_string(scenario.precision),
                  format_count(static_cast<std::uint64_t>(scenario.steps)));
  const std::string json = options.json.empty() ? "" : to_json(scenario, study, report);
  print(options.json_to_stdout()
            ? json
            : fmt::format("{}\n{} scaling, median of {}\n\n", what, to_string(report.mode), options.repeat) +
                  table(report) + closing(study, report));
  if (!options.plot.empty()) bench::write_charts(options.plot, bench::scaling_charts(report, what));
  if (!options.json.empty() && !options.json_to_stdout()) write_file(options.json, json);
  const bool same = std::all_of(report.rows.begin(), report.rows.end(), [](const auto& row) { return row.same_bits; });
  return same ? kGood : kNo;
}

}  // namespace

Run setup_scaling(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("SCENARIO", options->scenario, "scenario file (TOML; docs/scenarios.md)")->required()->type_name("");
  app.add_option("--threads", options->threads, "numbers of threads (default: powers of two up to all processors)")
      ->delimiter(',')
      ->type_name("N[,..]");
  app.add_option("--ranks", options->ranks, "numbers of ranks, which mpirun starts, each on --threads threads (1)")
      ->delimiter(',')
      ->type_name("N[,..]");
  auto* strong = app.add_flag("--strong", options->strong, "the same particles on more threads (default)");
  app.add_flag("--weak", options->weak, "as many times more particles as there are threads")->excludes(strong);
  app.add_option("--repeat", options->repeat, "runs on each number of threads (5)")
      ->check(number_within(1, 1000))
      ->type_name("N");
  app.add_option("--steps", options->steps, "how many steps, in place of the scenario's steps or duration")
      ->type_name("N");
  app.add_option("--set", options->settings, "another value for a key, such as particles.generate.count=100000")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  app.add_option("--json", options->json, "file for the results; - is standard output, without the table")
      ->type_name("FILE");
  app.add_option("--plot", options->plot, "file for a picture of speedup and efficiency: .svg, .png or .pdf")
      ->type_name("FILE");
  app.add_flag("-q,--quiet", options->quiet, "show no progress");
  app.add_option("--rank-samples", options->samples, "file for what this run as a rank measures")->group("");
  app.footer(
      "RELATIVE is the speedup over the same program on one thread, ABSOLUTE that over the best known program on one\n"
      "thread. SERIAL is the fraction of the work that runs serially, by Karp and Flatt (--weak: by Gustafson). KIND "
      "is\n"
      "linear (within 5 %), real (less) or superlinear. Other bits than on one thread exit with 1. docs/scaling.md.\n\n"
      "Examples:\n"
      "  lockstep scaling apps/scenarios/orbits.toml --steps 2000\n"
      "  lockstep scaling apps/scenarios/orbits.toml --steps 2000 --weak --threads 1,2,4 --plot weak.svg\n"
      "  lockstep scaling apps/scenarios/orbits.toml --steps 2000 --ranks 1,2,4");
  return [options] { return run(*options); };
}

}  // namespace lockstep::app
