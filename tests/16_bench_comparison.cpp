// What the benchmarks say of two measurements.
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "bench/comparison.hpp"
#include "bench/statistics.hpp"
#include "files.hpp"
#include "program.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;
using nlohmann::json;

namespace {

/// Two values that differ by nothing but noise, faster, slower: `n` samples around `center`.
std::vector<double> noisy(double center, std::size_t n, unsigned seed, double spread = 0.02) {
  std::mt19937_64 random(seed);
  std::vector<double> samples(n);
  for (double& s : samples) s = center * (1 + spread * (static_cast<double>(random() % 2001) / 1000 - 1));
  return samples;
}

std::string results_file(const std::map<std::string, std::vector<double>>& rows) {
  json all = json::array();
  for (const auto& [name, samples] : rows)
    all.push_back({{"name", name}, {"real_time", samples.front()}, {"time_unit", "ns"}, {"samples", samples}});
  return json({{"context", json::object()}, {"benchmarks", all}}).dump();
}

}  // namespace

TEST_CASE("medians, quartiles and the rank test have known values") {
  const bench::Summary summary = bench::summarize(std::vector<double>{4, 1, 3, 2, 5});
  CHECK(summary.median == 3);
  CHECK(summary.low == 2);
  CHECK(summary.high == 4);
  CHECK(bench::quantile({1, 2}, 0.5) == 1.5);
  CHECK(!bench::is_stable(std::vector<double>{1, 1, 1}, 0.01));  // too few to say
  CHECK(bench::is_stable(std::vector<double>(20, 1.0), 0.01));
  CHECK(!bench::is_stable(noisy(1, 20, 7, 0.5), 0.01));
  // U = 0 of 25, standard deviation sqrt(25/12 * 11): z = (12.5 - 0.5) / 4.787 = 2.5067, two-sided 0.012186.
  const std::vector<double> low = {1, 2, 3, 4, 5}, high = {6, 7, 8, 9, 10};
  CHECK(bench::rank_test(low, high) == doctest::Approx(0.0121858).epsilon(1e-5));
  CHECK(bench::rank_test(high, low) == bench::rank_test(low, high));
  // Ties: ranks 1.5 1.5 4 against 4 4 6, U = 1 of 9; variance 9/12 * (7 - (6 + 24)/30) = 4.5; z = 3 / sqrt(4.5) =
  // sqrt(2).
  CHECK(bench::rank_test(std::vector<double>{1, 1, 2}, std::vector<double>{2, 2, 3}) ==
        doctest::Approx(std::erfc(1.0)));
  CHECK(bench::rank_test(low, low) == 1);
  CHECK(bench::rank_test(std::vector<double>(9, 1.0), std::vector<double>(9, 1.0)) == 1);
  CHECK(bench::rank_test({}, low) == 1);
}

TEST_CASE("two measurements are the same, faster, slower or ambiguous") {
  const auto verdict = [](const std::vector<double>& before, const std::vector<double>& after) {
    return bench::judge("row", before, after, {}).verdict;
  };
  const std::vector<double> base = noisy(100, 40, 1);
  CHECK(verdict(base, noisy(100, 40, 2)) == bench::Verdict::same);
  CHECK(verdict(base, noisy(103, 40, 3)) == bench::Verdict::same);  // a real change, but too small to matter
  CHECK(verdict(base, noisy(150, 40, 4)) == bench::Verdict::slower);
  CHECK(verdict(base, noisy(70, 40, 5)) == bench::Verdict::faster);
  CHECK(verdict(base, {150, 151}) == bench::Verdict::ambiguous);                              // too few samples
  CHECK(verdict(noisy(100, 9, 6, 0.9), noisy(130, 9, 7, 0.9)) == bench::Verdict::ambiguous);  // lost in the noise
}

TEST_CASE("results of Google Benchmark can be read: repetitions are samples, aggregates and errors are left out") {
  const bench::Results results = bench::parse_results(
      R"({"benchmarks": [{"name": "a", "run_type": "iteration", "real_time": 2, "time_unit": "us"},
                         {"name": "a", "run_type": "iteration", "real_time": 3, "time_unit": "us"},
                         {"name": "a_mean", "run_type": "aggregate", "real_time": 2.5, "time_unit": "us"},
                         {"name": "b", "error_occurred": true, "error_message": "no"}]})",
      "file");
  REQUIRE(results.size() == 1);
  CHECK(results.at("a") == std::vector<double>{2e-6, 3e-6});
  for (const char* text :
       {"", "{}", "[1]", R"({"benchmarks": [{"name": "a"}]})", R"({"benchmarks": [{"real_time": 1}]})",
        R"({"benchmarks": [{"name": "a", "real_time": -1}]})",
        R"({"benchmarks": [{"name": "a", "real_time": 1, "time_unit": "days"}]})",
        R"({"benchmarks": [{"name": "a", "real_time": 1, "samples": "many"}]})"}) {
    CAPTURE(text);
    CHECK(failure(Code::bad_text, "'file' holds no benchmark results", [&] { bench::parse_results(text, "file"); }) ==
          "");
  }
}

TEST_CASE("bench --compare exits with 1 exactly if a row is slower") {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const std::map<std::string, std::vector<double>>& rows) {
    write_file(folder / name, results_file(rows));
    return (folder / name).string();
  };
  const std::string old_file = write("old.json", {{"a", noisy(100, 30, 1)}, {"b", noisy(5000, 30, 2)}, {"gone", {1}}});
  const std::string same = write("same.json", {{"a", noisy(101, 30, 3)}, {"b", noisy(3000, 30, 4)}, {"fresh", {1}}});
  const std::string slower = write("slower.json", {{"a", noisy(130, 30, 5)}, {"b", noisy(5000, 30, 6)}});
  const std::string other = write("other.json", {{"c", {1}}});
  const Outcome good = run_program({"bench", "--compare", old_file, same});
  CHECK(good.exit == 0);
  CHECK(good.out.find("1 same, 1 faster, 0 slower, 0 ambiguous, 1 only in OLD, 1 only in NEW\n") != std::string::npos);
  const Outcome bad = run_program({"bench", "--compare", old_file, slower, "--json", "-"});
  CHECK(bad.exit == 1);
  const json document = json::parse(bad.out);
  CHECK(document["changes"][0]["name"] == "a");
  CHECK(document["changes"][0]["verdict"] == "slower");
  CHECK(document["changes"][1]["verdict"] == "same");
  CHECK(document["only_old"] == json({"gone"}));
  CHECK(run_program({"bench", "--compare", old_file, slower, "--threshold", "0.5"}).exit == 0);
  check_refused(2, "no row in common", {"bench", "--compare", old_file, other});
  check_refused(2, "no_such.json", {"bench", "--compare", old_file, "no_such.json"});
  write_file(folder / "text", "hello");
  check_refused(2, "text' holds no benchmark results: it is no JSON\n",
                {"bench", "--compare", old_file, (folder / "text").string()});
  write_file(folder / "object", "{\"benchmark\": []}");
  check_refused(2, "'benchmarks' or a member of its entries is missing",
                {"bench", "--compare", old_file, (folder / "object").string()});
  check_refused(2, "'no_old.json' cannot be read", {"bench", "--compare", "no_old.json", "no_new.json"});
}

TEST_CASE("bench --compare leaves out the loops beside the rows, which are slower where the machine is") {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, double loop) {
    const json rows = {{{"name", "a"}, {"real_time", 100}, {"samples", noisy(100, 30, 1)}, {"device", "cpu:1"}},
                       {{"name", "limit/a"}, {"real_time", loop}, {"samples", noisy(loop, 30, 2)}, {"device", "limit"}},
                       {{"name", "peer/a"}, {"real_time", loop}, {"samples", noisy(loop, 30, 3)}, {"device", "peer"}}};
    write_file(folder / name, json({{"context", json::object()}, {"benchmarks", rows}}).dump());
    return (folder / name).string();
  };
  const Outcome outcome = run_program({"bench", "--compare", write("old.json", 100), write("new.json", 200)});
  CHECK(outcome.exit == 0);
  CHECK(outcome.out.find("1 same, 0 faster, 0 slower") != std::string::npos);
}

TEST_CASE("shares of the limit are compared where rows have one, whatever the machine's speed") {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, double speed, double share) {
    const json rows = {
        {{"name", "a"}, {"real_time", 100 / speed}, {"limit_share", share}, {"samples", noisy(100 / speed, 30, 5)}},
        {{"name", "limit/a"}, {"real_time", 100 * share / speed}}};
    write_file(folder / name, json({{"context", json::object()}, {"benchmarks", rows}}).dump());
    return (folder / name).string();
  };
  const std::string old_file = write("old.json", 1, 0.8), half_speed = write("half.json", 0.5, 0.79),
                    half_share = write("share.json", 1, 0.4);
  CHECK(run_program({"bench", "--compare", old_file, half_speed}).exit == 1);
  const Outcome same = run_program({"bench", "--compare", old_file, half_speed, "--shares"});
  CHECK(same.exit == 0);
  CHECK(same.out.find("1 same, 0 faster") != std::string::npos);
  CHECK(same.out.find("limit/a") == std::string::npos);
  const Outcome slower = run_program({"bench", "--compare", old_file, half_share, "--shares", "--json", "-"});
  CHECK(slower.exit == 1);
  const json change = json::parse(slower.out)["changes"][0];
  CHECK(change["old"].get<double>() == doctest::Approx(1 / 0.8).epsilon(0.02));
  CHECK(change["new"].get<double>() == doctest::Approx(1 / 0.4).epsilon(0.02));
  const std::string zero = write("zero.json", 1, 0.0);
  check_refused(2, "limit_share", {"bench", "--compare", old_file, zero, "--shares"});
  check_refused(2, "--shares", {"bench", "triad", "--shares"});
}
