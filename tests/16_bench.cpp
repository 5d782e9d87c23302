// The benchmarks: that what they time is right, and that a wrong result is found. No time is asserted.
#include <array>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "bench/comparison.hpp"
#include "bench/expression_case.hpp"
#include "bench/fold_reference.hpp"
#include "bench/host_run.hpp"
#include "bench/report.hpp"
#include "program.hpp"
#include "support.hpp"
#include "unit_tree.hpp"

using namespace lockstep;
using namespace lockstep::test;
using nlohmann::json;

namespace {

constexpr std::uint64_t kTinySizes[] = {1, 7, 16, 1024, 2500};

std::vector<std::uint64_t> tiny_sizes(const bench::Case& row) {
  if (row.name == "orbit") return {1, 100, 1030};
  if (row.pair_flops > 0) return {1, 7, 500};
  return {std::begin(kTinySizes), std::end(kTinySizes)};
}

/// What of the table runs on this device. On a GPU or through OpenCL every row is a kernel to compile, which takes
/// minutes for the whole table; at a small LOCKSTEP_TEST_SCALE one type of each row stands for all, and no `_square_`
/// rows run.
bool in_table(const Device& device, const bench::Case& row, DType type) {
  if (type == DType::f64 && !device.info().has_f64) return false;
  if (device.info().kind == "cpu" || scaled(10) > 2) return true;
  return type == row.types.front() && row.name.find("_square_") == std::string::npos;
}

bench::SuiteOptions verify_only() {
  bench::SuiteOptions options;
  options.time = false;
  return options;
}

template <class T>
std::vector<T> from_bytes(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

using Places = std::array<std::vector<double>, 3>;

/// Adds `factor(r^2) * d` of all pairs to the forces, with d from i to j, shortened by `image`.
std::vector<long double> all_forces(const Places& at, const std::function<long double(long double)>& image,
                                    const std::function<long double(long double)>& factor) {
  const std::size_t n = at[0].size();
  std::vector<long double> all(3 * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      long double d[3], r2 = 0;
      for (std::size_t k = 0; k < 3; ++k)
        d[k] = image(static_cast<long double>(at[k][j]) - at[k][i]), r2 += d[k] * d[k];
      for (std::size_t k = 0; k < 3; ++k) all[k * n + i] += factor(r2) * d[k];
    }
  return all;
}
std::vector<long double> gravity_forces(const Places& at) {
  return all_forces(
      at, [](long double d) { return d; }, [](long double r2) { return 1 / std::pow(r2 + 1.0L / 1024, 1.5L); });
}
/// 500 atoms fill 5 cells along each edge.
std::vector<long double> melt_forces(const Places& at) {
  const long double edge = 5 * std::cbrt(4 / 0.8442L);
  return all_forces(
      at, [edge](long double d) { return d > edge / 2    ? d - edge
                                         : d < -edge / 2 ? d + edge
                                                         : d; },
      [](long double r2) {
        // Of 4 (r^-12 - r^-6), towards j.
        return r2 < 6.25L ? -24 * (2 * std::pow(r2, -7.0L) - std::pow(r2, -4.0L)) : 0;
      });
}

std::string bytes_as_difference(std::vector<float> a, std::vector<float> b) {
  return bench::difference(std::as_bytes(std::span(a)), std::as_bytes(std::span(b)), DType::f32);
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice,
                  "every row of the benchmark table is right on the device, and a flipped bit in it is found") {
  const std::vector<bench::Case> cases = bench::all_cases();
  std::set<std::string> names;
  for (const bench::Case& row : cases) {
    CHECK_MESSAGE(names.insert(row.name).second, row.name);
    for (const DType type : row.types) {
      if (!in_table(device, row, type)) continue;
      for (const std::uint64_t n : tiny_sizes(row)) {
        CAPTURE(row.name);
        CAPTURE(to_string(type));
        CAPTURE(n);
        const bench::Prepared prepared = row.prepare(device, type, n, 2);
        for (int i = 0; i < 3; ++i) prepared.run();  // what is timed must not spoil what is verified
        std::vector<std::byte> result = prepared.result();
        const std::vector<std::byte> expected = row.expected(type, n);
        REQUIRE(!result.empty());
        CHECK(bench::difference(result, expected, row.result_type(type), row.ulps) == "");
        result[result.size() / 2] ^= row.ulps > 0 ? std::byte{0x40} : std::byte{1};
        CHECK(bench::difference(result, expected, row.result_type(type), row.ulps) != "");
      }
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "a row whose expression is wrong has no time and says where it differs") {
  const auto right = [](auto x, auto y) { return x + y; };
  const bench::Case row = bench::elementwise(
      "wrong", "", bench::Numbers{}, 2, 1, [](const Expr& x, const Expr& y) { return x - y; }, right);
  const bench::Suite suite({device}, {});
  const std::vector<bench::Row> rows = suite.run({&row, DType::f32, 1000});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].wrong.starts_with("element 0: got "));
  CHECK(!rows[0].timed());
  CHECK(bench::problem_lines(rows).find("wrong/f32/1000") != std::string::npos);
  CHECK(bench::row_line(rows[0], rows[0], {}).find("WRONG") != std::string::npos);
  CHECK_FALSE(bench::are_good(rows));  // which is exit code 1
  const json document = json::parse(bench::to_json(rows, suite, {}, "test"));
  CHECK(document["benchmarks"].empty());
  CHECK(document["failures"][0]["error_occurred"] == true);
  CHECK(document["failures"][0]["verified"] == false);
}

TEST_CASE_FIXTURE(OnDevice, "a kernel that writes nothing is found out") {
  const bench::Case row = bench::elementwise(
      "lazy", "", bench::Floats{}, 1, 0, [](const Expr& x, const Expr&) { return x; }, [](auto x, auto) { return x; });
  const Array out = device.array(bench::input_values<float>(0, 64));
  device.assign(out, Expr(out) * 1);
  bench::spoil(out);
  CHECK(bench::difference(bench::read_back(out), row.expected(DType::f32, 64), DType::f32) != "");
}

TEST_CASE_FIXTURE(OnDevice, "the row for a new expression compiles at each run, the one for a known one at none") {
  for (const bench::Case& row : bench::all_cases()) {
    if (!row.name.starts_with("compile_")) continue;
    for (const DType type : row.types) {
      if (type == DType::f64 && !device.info().has_f64) continue;
      const bench::Prepared prepared = row.prepare(device, type, 1024, 1);
      prepared.run();
      const std::uint64_t before = device.counters().compiled;
      for (int i = 0; i < 5; ++i) prepared.run();
      CHECK(device.counters().compiled == before + (row.name == "compile_cold" ? 5 : 0));
    }
  }
}

TEST_CASE("the forces of all pairs agree with long double") {
  for (const char* name : {"gravity", "melt"}) {
    const std::vector<bench::Case> cases = bench::all_cases();
    const auto row = std::find_if(cases.begin(), cases.end(), [&](const auto& c) { return c.name == name; });
    REQUIRE(row != cases.end());
    constexpr std::size_t n = 500;
    std::array<std::vector<double>, 3> at;
    for (std::size_t axis = 0; axis < 3; ++axis) at[axis] = from_bytes<double>(row->input(DType::f64, axis, n));
    const std::vector<double> got = from_bytes<double>(row->expected(DType::f64, n));
    const std::vector<long double> right = std::string(name) == "melt" ? melt_forces(at) : gravity_forces(at);
    REQUIRE(got.size() == right.size());
    long double largest = 0, worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      largest = std::max(largest, std::abs(right[i]));
      worst = std::max(worst, std::abs(got[i] - right[i]));
    }
    CAPTURE(name);
    CHECK(largest > 1);
    // A force has some 20 roundings, some of them of cancelling places, and the sum 15.
    CHECK(worst < 100 * std::numeric_limits<double>::epsilon() * largest);
  }
}

TEST_CASE_FIXTURE(OnDevice,
                  "every row can be run beside the hand-written loops on one device twice, with the same bits") {
  const std::vector<bench::Case> cases = bench::all_cases();
  const bench::Suite suite({device, device}, verify_only());
  for (const bench::Job& job : bench::select(cases, {.sizes = {1024}})) {
    const bool without_f64 = job.type == DType::f64 && !device.info().has_f64;
    if (!without_f64 && !in_table(device, *job.row, job.type)) continue;
    for (const bench::Row& row : suite.run(job)) {
      CAPTURE(job.name());
      CHECK(row.wrong == "");
      CHECK(row.same_bits);
      CHECK((row.skipped == "" || without_f64));
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "a timed row has samples, bytes, flops and a place in the file") {
  const std::vector<bench::Case> cases = bench::all_cases();
  bench::SuiteOptions options;
  options.effort = {.seconds = 1e-3, .batch_seconds = 1e-5, .least = 3, .most = 3};
  const bench::Suite suite({device}, options);
  const std::vector<bench::Row> rows =
      suite.run(bench::select(cases, {.filters = {"triad/f32/2000"}, .sizes = {2000}})[0]);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].samples.seconds.size() >= 1);
  CHECK(rows[0].bytes() == 3 * 4 * 2000);
  CHECK(rows[0].flops() == 2 * 2000);
  const json document = json::parse(bench::to_json(rows, suite, {}, "lockstep bench triad"));
  for (const char* key : {"date", "host_name", "executable", "command", "lockstep_version", "num_cpus", "caches",
                          "load_avg", "devices"}) {
    CAPTURE(key);
    CHECK(document["context"].contains(key));
  }
  const json& entry = document["benchmarks"][0];
  for (const char* key : {"name", "run_name", "run_type", "iterations", "real_time", "cpu_time", "time_unit", "case",
                          "type", "elements", "level", "device", "verified", "same_bits", "bytes_per_second",
                          "flops_per_second", "items_per_second", "quartiles", "samples"}) {
    CAPTURE(key);
    CHECK(entry.contains(key));
  }
  CHECK(entry["name"] == "triad/f32/2000");
  CHECK(entry["samples"].size() == rows[0].samples.seconds.size());
  CHECK(entry["limit_share"].get<double>() > 0);
  CHECK(entry.contains("limit_by") == (device.info().kind != "cpu"));
  CHECK(bench::are_good(rows));
  // What was written can be compared: with itself everything is the same.
  const bench::Results results = bench::parse_results(document.dump(), "results");
  CHECK(results.contains("triad/f32/2000"));
  CHECK(bench::compare(results, results, {}).count(bench::Verdict::same) == results.size());
}

TEST_CASE("a hand-written loop is checked in each of its ways, at sizes around its vectors and threads") {
  for (const bench::Case& row : bench::all_cases()) {
    for (const DType type : row.types) {
      for (const bench::HostLoop* loop : {bench::find_limit(row.name, type), bench::find_peer(row.name, type)}) {
        if (!loop) continue;
        for (const std::uint64_t n : {1, 15, 64, 1023, row.pair_flops > 0 ? 1100 : 5000}) {
          CAPTURE(row.name);
          CAPTURE(to_string(type));
          CAPTURE(n);
          bench::HostRun run(*loop, n, 3, 1, row);
          std::vector<std::byte> expected = row.expected(type, n);
          CHECK(run.check(expected, row.ulps) == "");
          expected[expected.size() - 1] ^= std::byte{0x40};  // the exponent of the last element
          CHECK(run.check(expected, row.ulps) != "");
        }
      }
    }
  }
}

TEST_CASE("the comparison of results finds every kind of difference") {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();
  CHECK(bytes_as_difference({1, 2}, {1, 2}) == "");
  CHECK(bytes_as_difference({1, 2}, {1, std::nextafter(2.0f, 3.0f)}).starts_with("element 1: got 2, expected 2"));
  CHECK(bytes_as_difference({0}, {-0.0f}) != "");
  CHECK(bytes_as_difference({kNaN}, {1}) != "");
  CHECK(bytes_as_difference({1}, {kNaN}) != "");
  CHECK(bytes_as_difference({kNaN}, {-kNaN}) == "");
  CHECK(bytes_as_difference({kInfinity}, {-kInfinity}) != "");
  CHECK(bytes_as_difference({1}, {1, 2}) == "got 4 bytes, expected 8");
  CHECK(bytes_as_difference({}, {}) == "");
}

TEST_CASE("a bound in units in the last place counts neighbours, across zero too") {
  const auto within = [](auto a, auto b, int ulps) {
    const DType type = sizeof a == 4 ? DType::f32 : DType::f64;
    return bench::difference(std::as_bytes(std::span(&a, 1)), std::as_bytes(std::span(&b, 1)), type, ulps) == "";
  };
  const float f = 1.0f, next = std::nextafter(f, 2.0f), third = std::nextafter(std::nextafter(next, 2.0f), 2.0f);
  CHECK(within(f, next, 1));
  CHECK(within(next, f, 1));
  CHECK(!within(f, next, 0));
  CHECK(within(f, third, 3));
  CHECK(!within(f, third, 2));
  const double tiny = std::numeric_limits<double>::denorm_min();
  CHECK(within(-tiny, tiny, 2));
  CHECK(!within(-tiny, tiny, 1));
  CHECK(within(0.0, -0.0, 1));
  CHECK(!within(1.0, std::numeric_limits<double>::infinity(), 2));
  CHECK(!within(1.0, std::numeric_limits<double>::quiet_NaN(), 2));
  CHECK(!within(-1.0, 1.0, 2));
}

TEST_CASE("the benchmarks' own sums have the order of the unit tree") {
  for (const std::size_t n : {1, 127, 128, 129, 1024, 1025, 3072, 5000, 70000}) {
    CAPTURE(n);
    const std::vector<float> f32 = awkward_values<float>(n, 1);
    std::vector<double> f64 = bench::input_values<double>(0, n);
    CHECK(same_bits(bench::reference::sum(std::span<const float>(f32)), tree_sum(std::span<const float>(f32))));
    CHECK(same_bits(bench::reference::sum(std::span<const double>(f64)), tree_sum(std::span<const double>(f64))));
  }
}

TEST_CASE("working sets have the level of the cache they fit in, and larger ones go through several sets") {
  const std::vector<bench::CacheLevel> caches = {{1, 32 << 10}, {2, 1 << 20}, {3, 32 << 20}};
  CHECK(bench::level_of(32 << 10, caches) == "L1");
  CHECK(bench::level_of((32 << 10) + 1, caches) == "L2");
  CHECK(bench::level_of(32 << 20, caches) == "L3");
  CHECK(bench::level_of(33 << 20, caches) == "DRAM");
  CHECK(bench::sets_for(32 << 20, caches) == 1);
  CHECK(bench::sets_for(33 << 20, caches) == 4);
  CHECK(bench::sets_for(std::uint64_t{1} << 30, caches) == 1);
  CHECK(bench::sets_for(1 << 30, {}) == 1);
}

TEST_CASE("bench --list shows the table and runs nothing") {
  const Outcome all = run_program({"bench", "--list", "--device", "none:0"});
  CHECK(all.exit == 0);
  for (const bench::Case& row : bench::all_cases()) {
    CAPTURE(row.name);
    CHECK(all.out.find("\n" + row.name + " ") != std::string::npos);
  }
  const Outcome some = run_program({"bench", "--list", "^sum_tall", "--type", "f64", "--size", "64,2^12"});
  CHECK(some.out.find("sum_tall_0") != std::string::npos);
  CHECK(some.out.find("triad") == std::string::npos);
  CHECK(some.out.find("f32") == std::string::npos);
  CHECK(some.out.find("64 2^12") != std::string::npos);
  check_refused(2, "--list excludes --json", {"bench", "--list", "--json", "-"});
}

TEST_CASE("bench measures what the filter leaves, as a table and as JSON") {
  const std::vector<std::string> arguments = {"bench", "triad/f32", "--size", "1000", "--time", "0.002"};
  const Outcome table = run_program(arguments);
  CHECK_MESSAGE(table.exit == 0, table.err);
  CHECK(table.out.find("\ntriad           f32    1000 ") != std::string::npos);
  CHECK(table.out.find("add ") == std::string::npos);
  std::vector<std::string> as_json = arguments;
  as_json.insert(as_json.end(), {"--json", "-"});
  const Outcome outcome = run_program(as_json);
  CHECK(outcome.exit == 0);
  const json document = json::parse(outcome.out);
  CHECK(document["benchmarks"][0]["name"] == "triad/f32/1000");
  CHECK(document["context"]["command"] == "lockstep bench 'triad/f32' --size 1000 --time 0.002");
}

TEST_CASE("bench puts several devices in one table, with ratios and equality of bits") {
  const Outcome outcome =
      run_program({"bench", "sum/f32", "--size", "3000", "--time", "0.002", "--device", "cpu:1,cpu:3", "--json", "-"});
  CHECK_MESSAGE(outcome.exit == 0, outcome.err);
  const json document = json::parse(outcome.out);
  CHECK(document["benchmarks"][0]["name"] == "sum/f32/3000/cpu:1");
  json second;
  for (const json& entry : document["benchmarks"])
    if (entry["device"] == "cpu:3") second = entry;
  CHECK(second["same_bits"] == true);
  CHECK(second["ratio_to_first_device"].get<double>() > 0);
}

TEST_CASE("bench refuses what it cannot run") {
  check_refused(2, "no row has a name like 'triadd'\nDid you mean 'triad'?", {"bench", "triadd"});
  check_refused(2, "the filter '(((' is part of no name", {"bench", "((("});
  check_refused(2, "--size: '0'", {"bench", "--size", "0"});
  check_refused(2, "--size: '2^41'", {"bench", "--size", "2^41"});
  check_refused(2, "--size: '1k'", {"bench", "--size", "1k"});
  check_refused(2, "no element type 'f16'", {"bench", "--type", "f16"});
  check_refused(2, "no row has a name like 'nosuch'", {"bench", "triad", "nosuch", "--list"});
  check_refused(2, "no row is left by --type u8", {"bench", "--type", "u8"});
  check_refused(2,
                "no row with a name like '^log/' is left by --size 2^20\nWithout that there are the types f32, f64 and",
                {"bench", "^log/", "--size", "2^20"});
  check_refused(2, "no row with a name like 'triad' is left by --type i8 and --quick",
                {"bench", "triad", "--type", "i8", "--quick"});
  check_refused(2, "--time: '0' is no number from 0.001 to 3600", {"bench", "--time", "0"});
  check_refused(2, "--time: '1 s' is no number", {"bench", "--time", "1 s"});
  check_refused(2, "--compare", {"bench", "--compare", "one.json"});
  check_refused(2, "--quick", {"bench", "--quick", "--compare", "a.json", "b.json"});
  check_refused(2, "--threshold", {"bench", "--threshold", "-1"});
  check_refused(3, "kind 'none'", {"bench", "copy/f32/2^10", "--device", "none:0"});
  check_refused(2, "missing/out.json", {"bench", "copy/f32/2^10", "--json", "missing/out.json"});
}
