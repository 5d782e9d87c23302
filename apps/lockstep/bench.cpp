// lockstep bench: what the device reaches, verified first, beside hand-written loops; and whether a run is slower than
// another.
#include "bench/comparison.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

#include "bench/report.hpp"
#include "bench/roofline.hpp"
#include "commands.hpp"
#include "lockstep/engine.hpp"
#include "run_record.hpp"
#include "table.hpp"
#include "terminal.hpp"
#include "usage.hpp"

namespace lockstep::app {
namespace {

struct Options {
  std::vector<std::string> filters, devices, types, sizes;
  bool list = false, quick = false, shares = false, no_limits = false, no_peers = false;
  double seconds = 0.5, threshold = 0.05;
  std::string json, plot;
  std::vector<std::string> compare;

  bool json_to_stdout() const { return json == "-"; }
};

bench::Selection selection_of(const Options& options) {
  bench::Selection selection;
  selection.filters = options.filters;
  selection.quick = options.quick;
  for (const std::string& type : options.types) selection.types.push_back(bench::parse_type(type));
  for (const std::string& size : options.sizes) selection.sizes.push_back(bench::parse_size(size));
  return selection;
}

bench::SuiteOptions suite_options(const Options& options) {
  bench::SuiteOptions suite;
  suite.limits = !options.no_limits;
  suite.peers = !options.no_peers;
  suite.effort.seconds = options.quick ? std::min(options.seconds, 0.12) : options.seconds;
  return suite;
}

std::vector<Device> open_devices(const Options& options) {
  const Engine engine;
  std::vector<Device> devices;
  if (options.devices.empty()) devices.push_back(engine.open());
  for (const std::string& name : options.devices) devices.push_back(engine.open(name));
  for (const Device& device : devices)
    if (!device.bits().exact) warn(fmt::format("the bits of {} differ: {}", device.name(), device.bits().difference));
  return devices;
}

std::string command_line(const Options& options) {
  std::string text = "lockstep bench";
  for (const std::string& filter : options.filters) text += " '" + filter + "'";
  if (options.quick) text += " --quick";
  if (!options.devices.empty()) text += fmt::format(" --device {}", fmt::join(options.devices, ","));
  if (!options.types.empty()) text += fmt::format(" --type {}", fmt::join(options.types, ","));
  if (!options.sizes.empty()) text += fmt::format(" --size {}", fmt::join(options.sizes, ","));
  if (options.seconds != Options().seconds) text += fmt::format(" --time {}", options.seconds);
  return text + (options.no_limits ? " --no-limits" : "") + (options.no_peers ? " --no-peers" : "");
}

std::string heading(const std::vector<Device>& devices, const bench::Layout& layout) {
  std::string text;
  for (const Device& device : devices) {
    text += fmt::format("{}: {}", device.name(), device.info().description);
    for (const auto& [key, value] : device.info().properties) text += fmt::format(", {} {}", key, value);
    text += "\n";
  }
  return text + "\n" + bench::heading_line(layout);
}

/// What the devices reach at most: for a whole table, and for a picture.
std::vector<bench::MachineLimits> limits_of(const bench::Suite& suite, const Options& options) {
  if (options.no_limits || (!options.filters.empty() && options.plot.empty())) return {};
  bench::Effort effort = suite_options(options).effort;
  effort.seconds = std::min(effort.seconds, 0.1);
  return suite.limits(effort);
}

std::string limits_text(const std::vector<bench::Row>& rows, const std::vector<bench::MachineLimits>& limits) {
  std::string text = limits.empty() ? bench::limit_lines(rows) : "";
  for (const bench::MachineLimits& of : limits) text += to_text(of);
  return text;
}

std::vector<bench::Chart> rooflines(const std::vector<bench::Row>& rows, const bench::Suite& suite,
                                    const std::vector<bench::MachineLimits>& limits) {
  std::vector<bench::Chart> charts;
  for (std::size_t i = 0; i < limits.size(); ++i)
    charts.push_back(bench::roofline(
        rows, limits[i], fmt::format("{}; limits by {}", suite.devices()[i].info().description, limits[i].way)));
  return charts;
}

/// The seconds to time the next row for. With --quick less and less where verifying takes long or there are many
/// devices or libraries, so that the table is there within a minute.
class Pace {
 public:
  Pace(const Options& options, std::size_t rows)
      : most_(suite_options(options).effort.seconds), is_quick_(options.quick), left_(rows) {}

  double next() {
    constexpr double kAll = 34,
                     kTimings = 4;  // the rest is for the limits; a row, its limit, its peer, its verification
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const double share = (kAll - passed) / static_cast<double>(left_--) / kTimings;
    return is_quick_ ? std::min(most_, std::max(share, 0.003)) : most_;
  }

 private:
  double most_;
  bool is_quick_;
  std::size_t left_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// What is freed is kept: every row takes arrays of the same sizes, and pages that are given back to the system are
/// cleared anew, which takes longer than most rows do.
void keep_freed_memory() {
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

int measure(const Options& options) {
  keep_freed_memory();
  const std::vector<bench::Case> cases = bench::all_cases();
  const std::vector<bench::Job> jobs = bench::select(cases, selection_of(options));
  if (!options.json.empty() && !options.json_to_stdout()) check_writable(options.json);
  if (!options.plot.empty()) bench::check_chart_file(options.plot), check_writable(options.plot);
  const bench::Suite suite(open_devices(options), suite_options(options));
  const bool table = !options.json_to_stdout();
  const bench::Layout layout = bench::layout_of(jobs, suite.devices().size() > 1);
  if (table) print(heading(suite.devices(), layout));
  std::vector<bench::Row> rows;
  Pace pace(options, jobs.size());
  for (const bench::Job& job : jobs) {
    for (bench::Row& row : suite.run(job, pace.next())) {
      const std::size_t first = rows.size() - rows.size() % suite.devices().size();
      rows.push_back(std::move(row));
      if (table) print(bench::row_line(rows.back(), rows[first], layout));
    }
  }
  const std::vector<bench::MachineLimits> limits = limits_of(suite, options);
  if (!options.plot.empty()) bench::write_charts(options.plot, rooflines(rows, suite, limits));
  const std::string json = options.json.empty() ? "" : bench::to_json(rows, suite, limits, command_line(options));
  if (!options.json.empty() && table) write_file(options.json, json);
  print(table ? limits_text(rows, limits) : json);
  const std::string problems = bench::problem_lines(rows);
  if (!problems.empty()) note(problems.substr(0, problems.size() - 1));
  return bench::are_good(rows) ? kGood : kNo;
}

int list(const Options& options) {
  const std::vector<bench::Case> cases = bench::all_cases();
  print(format_table(bench::list_rows(cases, selection_of(options)), {3, 4}));
  return kGood;
}

int compare_files(const Options& options) {
  const bench::Measure measure = options.shares ? bench::Measure::share : bench::Measure::time;
  const auto before = bench::read_results(options.compare[0], measure);
  const auto after = bench::read_results(options.compare[1], measure);
  const bench::Comparison comparison = bench::compare(before, after, {.threshold = options.threshold});
  if (comparison.changes.empty())
    throw Error(Code::bad_argument,
                fmt::format("{} and {} have no row in common", options.compare[0], options.compare[1]),
                "Compare two runs of the same cases and sizes.");
  const std::string json = bench::to_json(comparison, measure);
  if (!options.json.empty() && !options.json_to_stdout()) write_file(options.json, json);
  print(options.json_to_stdout()
            ? json
            : format_table(bench::table_rows(comparison, measure), {1, 2, 3, 4}) + bench::closing_line(comparison));
  return comparison.count(bench::Verdict::slower) == 0 ? kGood : kNo;
}

int run(const Options& options) {
  if (!options.compare.empty()) return compare_files(options);
  return options.list ? list(options) : measure(options);
}

}  // namespace

Run setup_bench(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("FILTER", options->filters, "parts of the names of rows, or regular expressions")->type_name("");
  app.add_option("-d,--device", options->devices, kDeviceHelp)->delimiter(',')->type_name("DEVICE[,..]");
  app.add_option("--type", options->types, "f32, f64, i32 or i64 (default: all that a case has)")
      ->delimiter(',')
      ->type_name("T[,..]");
  app.add_option("--size", options->sizes,
                 "numbers of elements, such as 1000 or 2^18 (default: 2^10 to 2^26, of some 2^28)")
      ->delimiter(',')
      ->type_name("N[,..]");
  auto* quick = app.add_flag("--quick", options->quick, "the main rows, in less than a minute");
  auto* listing = app.add_flag("--list", options->list, "list the cases, run nothing");
  app.add_option("--time", options->seconds, "the most seconds to spend on timing a row (default: 0.5; quick: 0.12)")
      ->check(number_within(1e-3, 3600.0))
      ->type_name("SECONDS");
  auto* no_limits =
      app.add_flag("--no-limits", options->no_limits, "leave out the column LIMIT, its loops and the limits");
  app.add_flag("--no-peers", options->no_peers, "leave out the column PEER and its loops");
  app.add_option("--json", options->json, "file for the results; - is standard output, without the table")
      ->type_name("FILE")
      ->excludes(listing);
  app.add_option("--plot", options->plot, "file for a roofline with the rows in it: .svg, .png or .pdf")
      ->type_name("FILE")
      ->excludes(no_limits);
  auto* compare = app.add_option("--compare", options->compare, "judge two files of results instead");
  compare->expected(2)->type_name("OLD NEW")->excludes(quick)->excludes(listing);
  app.add_flag("--shares", options->shares, "with --compare: judge shares of the limit, not times")->needs(compare);
  app.add_option("--threshold", options->threshold, "with --compare: the part of a time that does not matter (0.05)")
      ->check(number_within(0.0, 10.0))
      ->type_name("PART");
  app.footer(
      "Every row is verified on the device, bit by bit, before it is timed; a wrong result has no time, and exits with "
      "1.\n"
      "LIMIT is the share of the fastest that is possible: on the CPU of what a hand-written loop reaches on the same\n"
      "threads, measured in turn with the row; on other devices of what its bytes or operations take at least, by "
      "limits\n"
      "measured in the same run. PEER is how many times faster the row is than a plain loop that the compiler "
      "vectorised,\n"
      "+- the spread of its times, LEVEL where the arrays stay. - means that there is nothing to compare with.\n"
      "--compare gives each row a verdict: same, faster, slower (exit 1), or ambiguous. docs/benchmarks.md says "
      "more.\n\n"
      "Examples:\n"
      "  lockstep bench --quick\n"
      "  lockstep bench triad/f32 '^sum' --device cpu:1,cpu --size 2^18\n"
      "  lockstep bench --json old.json; lockstep bench --json new.json; lockstep bench --compare old.json new.json");
  return [options] { return run(*options); };
}

}  // namespace lockstep::app
