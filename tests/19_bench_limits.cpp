// What devices reach at most, and the roofline of it. No time is asserted.
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <span>

#include "bench/bytes.hpp"
#include "bench/host_run.hpp"
#include "bench/roofline.hpp"
#include "faulty_device.hpp"
#include "program.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;
using nlohmann::json;

namespace {

using Kind = bench::MachineLimit::Kind;

bench::Row timed_row(const bench::Case& row, double seconds) {
  bench::Row timed{.job = {&row, DType::f32, 1000}, .device = "cpu:1", .level = "L1"};
  timed.samples.seconds = {seconds};
  return timed;
}

/// A row with given inputs, for the loop of that name.
template <class T>
bench::Case row_of(std::vector<T> x, std::vector<T> y, int ulps = 0) {
  bench::Case row;
  row.ulps = ulps;
  row.input = [x, y](DType, std::uint64_t slot, std::uint64_t) {
    return bench::bytes_of(std::span<const T>(slot == 0 ? x : y));
  };
  return row;
}

using Real = long double;

/// What a loop must give for numbers from `low` to `high` and from 0.5 to 1.5.
struct Ranged {
  const char* name;
  double low, high;
  int ulps;
  Real (*right)(Real x, Real y);
};

Real normal(Real d) { return std::erfc(-d / std::sqrt(Real(2))) / 2; }
Real call_price(Real x, Real y) {
  const Real d = (std::log(4 * x / y) + 0.1875L) / 0.5L;
  return 4 * x * normal(d) - y * std::exp(-0.0625L) * normal(d - 0.5L);
}
constexpr Ranged kRanged[] = {
    {"exp", -80, 80, 1, [](Real x, Real) { return std::exp(x); }},
    {"sin", -1000, 1000, 2, [](Real x, Real) { return std::sin(x); }},
    {"sin_exp", -100, 100, 4, [](Real x, Real y) { return std::sin(x) * std::exp(-y); }},
    {"black_scholes", 0.5, 1000, 8, call_price},
};

template <class T>
std::string problem_of(const Ranged& f, const bench::HostLoop& loop) {
  const std::size_t n = scaled(200'000);
  std::mt19937_64 random(7);
  std::uniform_real_distribution<T> first(static_cast<T>(f.low), static_cast<T>(f.high)), second(T(0.5), T(1.5));
  std::vector<T> x(n), y(n), right(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = first(random), y[i] = second(random);
    right[i] = static_cast<T>(f.right(x[i], y[i]));
  }
  bench::HostRun run(loop, n, 1, 1, row_of(x, y, f.ulps));
  return run.check(std::as_bytes(std::span<const T>(right)), f.ulps);
}

std::string place_problem(const char* name, DType type, const std::vector<double>& values, std::int64_t place) {
  return bench::Numbers::call(type, [&]<class T>() {
    const std::vector<T> x(values.begin(), values.end());
    bench::Case row = row_of(x, x);
    row.result_type = [](DType) { return DType::i64; };
    bench::HostRun run(*bench::find_limit(name, type), x.size(), 3, 1, row);
    return run.check(std::as_bytes(std::span(&place, 1)));
  });
}

}  // namespace

TEST_CASE("the limits' functions keep their bounds over the range that they are written for") {
  for (const Ranged& f : kRanged) {
    CAPTURE(f.name);
    CHECK(problem_of<float>(f, *bench::find_limit(f.name, DType::f32)) == "");
    CHECK(problem_of<double>(f, *bench::find_limit(f.name, DType::f64)) == "");
  }
}

TEST_CASE("the limits' places are those of the first of equal elements, and of the first NaN") {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (const std::size_t n : {1, 100, 5000, 20'000})
    for (const std::size_t at : {std::size_t{0}, n / 3, n / 2, n - 1}) {
      CAPTURE(n);
      CAPTURE(at);
      std::vector<double> values(n, 5);
      for (const std::size_t i : {at, (at + n) / 2, n - 1}) values[i] = 7;
      const auto place = static_cast<std::int64_t>(at);
      for (const DType type : bench::Numbers::list()) CHECK(place_problem("argmax", type, values, place) == "");
      for (double& v : values) v = -v;
      for (const DType type : bench::Numbers::list()) CHECK(place_problem("argmin", type, values, place) == "");
      if (at + 1 < n) CHECK(place_problem("argmin", DType::f64, values, place + 1) != "");
      for (const std::size_t i : {at, n - 1}) values[i] = kNaN;
      values[0] = at == 0 ? kNaN : 9;
      for (const DType type : {DType::f32, DType::f64})
        for (const char* name : {"argmin", "argmax"}) CHECK(place_problem(name, type, values, place) == "");
    }
}

TEST_CASE("every row of the short table that is about a loop has a limit") {
  for (const bench::Case& row : bench::all_cases())
    if (row.quick && !row.name.starts_with("compile"))
      for (const DType type : row.types) CHECK_MESSAGE(bench::find_limit(row.name, type), row.name);
}

TEST_CASE_FIXTURE(OnDevice, "every limit that the device has is measured") {
  const std::vector<bench::CacheLevel> caches = {{1, 1 << 14}, {2, 1 << 16}};
  const bench::Effort effort{.seconds = 1e-3, .batch_seconds = 1e-5, .least = 3, .most = 3};
  const bench::MachineLimits limits = bench::measure_limits(device, caches, effort);
  device.evaluate(cast(arange(3), DType::f32));  // the limits of a CPU are those of loops that no device runs
  CHECK(limits.device == device.name());
  std::map<Kind, int> count;
  for (const bench::MachineLimit& limit : limits.all) {
    CAPTURE(limit.name);
    CHECK(limit.per_second > 0);
    CHECK(std::isfinite(limit.per_second));
    CHECK((limit.type == DType::f32 || device.info().has_f64));
    ++count[limit.kind];
  }
  CHECK(count[Kind::bandwidth] >= 2);
  CHECK(count[Kind::throughput] == (device.info().has_f64 || device.info().kind == "cpu" ? 6 : 3));
  CHECK(count[Kind::transfer] == (device.info().kind == "cpu" ? 2 : 4));  // on the CPU all memory is pinned
  CHECK(bench::to_text(limits).find("DRAM") != std::string::npos);
}

TEST_CASE_FIXTURE(OnDevice, "a row's least time is that of its bytes, its operations or its transfer") {
  const std::vector<bench::Case> cases = bench::all_cases();
  bench::DeviceLimits limits(device, {.seconds = 1e-3, .batch_seconds = 1e-5, .least = 3, .most = 3});
  struct Expected {
    const char* name;
    std::set<std::string> by;  ///< empty: no limit
  };
  const Expected rows[] = {{"copy", {"bandwidth"}},
                           {"triad", {"bandwidth", "arithmetic"}},
                           {"orbit", {"arithmetic", "bandwidth"}},
                           {"upload", {"transfer"}},
                           {"download_pinned", {"transfer"}},
                           {"launch", {}},
                           {"compile_warm", {}},
                           {"fill", {"bandwidth"}}};
  for (const Expected& expected : rows) {
    CAPTURE(expected.name);
    const std::set<std::string>& by = expected.by;
    const auto row = std::find_if(cases.begin(), cases.end(), [&](const auto& c) { return c.name == expected.name; });
    REQUIRE(row != cases.end());
    const bench::Job job{&*row, DType::f32, 1000};
    const bench::LeastTime time = limits.least_time(job, 8000, 2);
    CHECK(time.wrong == "");
    CHECK((time.seconds > 0) == !by.empty());
    CHECK((by.empty() ? time.by.empty() : by.contains(time.by)));
    CHECK(limits.least_time(job, 8000, 2).seconds == time.seconds);  // measured once
  }
  const bench::Rate rate = limits.bandwidth(8000, 2);
  CHECK(rate.wrong == "");
  const auto copy = std::find_if(cases.begin(), cases.end(), [](const auto& c) { return c.name == "copy"; });
  CHECK(limits.least_time({&*copy, DType::i32, 1000}, 8000, 2).seconds == doctest::Approx(8000 / rate.per_second));
}

TEST_CASE("a limit that a device gets wrong is none, and says what is wrong") {
  bench::DeviceLimits limits(faulty_device(), {.seconds = 1e-3, .batch_seconds = 1e-5, .least = 3, .most = 3});
  const bench::Rate root = limits.throughput("square root", DType::f32);
  CHECK(root.per_second == 0);
  CHECK(root.wrong.starts_with("square root: element 0: got "));
  CHECK(limits.throughput("square root", DType::f64).per_second > 0);
  const std::vector<bench::Case> cases = bench::all_cases();
  const auto norm = std::find_if(cases.begin(), cases.end(), [](const auto& c) { return c.name == "norm"; });
  CHECK(limits.least_time({&*norm, DType::f32, 1000}, 12000, 1).wrong == root.wrong);
}

TEST_CASE("the loops that find the arithmetic limits are there for each operation and type") {
  for (const char* name : {"multiply-add", "square root", "divide"})
    for (const DType type : {DType::f32, DType::f64}) CHECK(bench::find_peak(name, type) != nullptr);
  CHECK(bench::find_peak("multiply-add", DType::i32) == nullptr);
  CHECK(bench::find_peak("triad", DType::f32) == nullptr);
}

TEST_CASE("a roofline has the rows with operations and bytes, at their intensity and rate") {
  const std::vector<bench::Case> cases = bench::all_cases();
  const auto find = [&](const char* name) {
    return *std::find_if(cases.begin(), cases.end(), [&](const auto& row) { return row.name == name; });
  };
  const bench::Case triad = find("triad"), copy = find("copy"), launch = find("launch"), orbit = find("orbit");
  std::vector<bench::Row> rows = {timed_row(triad, 1e-6), timed_row(copy, 1e-6), timed_row(launch, 1e-6),
                                  timed_row(orbit, 1e-3)};
  rows.push_back(timed_row(triad, 1e-6));
  rows.back().device = "cpu:2";
  rows.push_back(timed_row(triad, 1e-6));
  rows.back().samples.seconds.clear();
  const bench::MachineLimits limits{"cpu:1",
                                    "a test",
                                    {{Kind::bandwidth, "L1", DType::f32, 100e9},
                                     {Kind::throughput, "multiply-add", DType::f32, 50e9},
                                     {Kind::transfer, "to host", DType::f32, 1e9}}};
  const bench::Chart chart = bench::roofline(rows, limits, "made up");
  std::vector<std::pair<double, double>> points;
  std::vector<std::string> labels;
  for (const bench::Series& s : chart.series) {
    for (std::size_t i = 0; s.mark != bench::Mark::none && i < s.x.size(); ++i) points.emplace_back(s.x[i], s.y[i]);
    if (s.mark != bench::Mark::none) labels.insert(labels.end(), s.labels.begin(), s.labels.end());
    if (!s.name.starts_with("L1")) continue;
    CHECK(s.x.back() == 0.5);  // where 100 GB/s feed 50e9 operations/s
    CHECK(s.y.back() == 50);
  }
  REQUIRE(points.size() == 2);
  CHECK(points[0].first == doctest::Approx(2.0 / 12));
  CHECK(points[0].second == doctest::Approx(2));
  CHECK(labels == std::vector<std::string>{"triad", "orbit"});
  for (const auto& [x, y] : points) {
    CHECK((x > chart.x.low && x < chart.x.high));
    CHECK((y > chart.y.low && y < chart.y.high));
  }
}

TEST_CASE("bench --plot draws a roofline and keeps the limits in the file of results") {
  const TemporaryFolder folder;
  const std::string picture = (folder / "roofline.svg").string(), file = (folder / "results.json").string();
  if (!bench::can_draw()) {
    check_refused(2, "without Cairo", {"bench", "triad/f32/2^10", "--plot", picture});
    return;
  }
  const Outcome outcome = run_program(
      {"bench", "triad/f32", "--size", "1000", "--time", "0.001", "--plot", picture, "--json", file, "--no-peers"});
  CHECK_MESSAGE(outcome.exit == 0, outcome.err);
  CHECK(outcome.out.find("\nLimits of ") != std::string::npos);
  CHECK(read_file(picture).starts_with("<?xml"));
  const json document = json::parse(read_file(file));
  CHECK(document["limits"].size() >= 7);
  for (const char* key : {"device", "way", "kind", "name", "type", "per_second"}) {
    CAPTURE(key);
    CHECK(document["limits"][0].contains(key));
  }
  check_refused(2, "which kind of picture", {"bench", "triad", "--plot", "roofline"});
  check_refused(2, "missing/r.svg", {"bench", "triad", "--plot", "missing/r.svg"});
  check_refused(2, "--no-limits", {"bench", "triad", "--plot", picture, "--no-limits"});
}
