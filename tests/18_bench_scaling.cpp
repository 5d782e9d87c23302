// Scaling: the laws with known values, the report from made-up times, and the command. No time is asserted.
#include <nlohmann/json.hpp>

#include "bench/plot/ticks.hpp"
#include "bench/scaling.hpp"
#include "program.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;
using nlohmann::json;

namespace {

const std::string kScenario = LOCKSTEP_SOURCE_DIR "/apps/scenarios/textbook.toml";
const std::string kGenerated = LOCKSTEP_SOURCE_DIR "/apps/scenarios/orbits.toml";

template <class Law>
std::vector<bench::SpeedupPoint> points_of(Law law) {
  std::vector<bench::SpeedupPoint> points;
  for (const double p : {1.0, 2.0, 4.0, 16.0}) points.push_back({p, law(p)});
  return points;
}

bench::ScalingStudy study_of(bench::ScalingMode mode, const std::vector<std::pair<int, double>>& times) {
  bench::ScalingStudy study{mode, {}, {}};
  for (const auto& [threads, seconds] : times)
    study.runs.push_back({threads, 100, {seconds * 0.9, seconds, seconds * 1.2}, "hash"});
  return study;
}

std::vector<std::string> texts(const bench::Axis& axis) {
  std::vector<std::string> all;
  for (const bench::Tick& tick : bench::ticks_of(axis, 9))
    if (!tick.text.empty()) all.push_back(tick.text);
  return all;
}

}  // namespace

TEST_CASE("speedup, efficiency and the laws have their textbook values") {
  const double s = bench::speedup(1.35, 0.599);
  CHECK(s == doctest::Approx(2.253756).epsilon(1e-7));
  CHECK(bench::efficiency(s, 4) == doctest::Approx(0.563439).epsilon(1e-6));
  CHECK(bench::amdahl(0.9, 8) == doctest::Approx(4.70588235294).epsilon(1e-12));
  CHECK(bench::amdahl(0.9, 1) == 1);
  CHECK(bench::amdahl(1, 8) == 8);
  CHECK(bench::gustafson(8, 0.1) == doctest::Approx(7.3).epsilon(1e-15));
  CHECK(bench::gustafson(1, 0.1) == 1);
  // A program that follows Amdahl's law has the serial fraction of the law on any number of processors.
  for (const double p : {2.0, 8.0, 64.0}) CHECK(bench::karp_flatt(bench::amdahl(0.9, p), p) == doctest::Approx(0.1));
  CHECK(bench::karp_flatt(s, 4) == doctest::Approx((0.599 / 1.35 - 0.25) / 0.75));
  CHECK(bench::karp_flatt(4.4, 4) < 0);
}

TEST_CASE("speedups are linear, real or superlinear") {
  CHECK(bench::classify(4, 4) == bench::ScalingKind::linear);
  CHECK(bench::classify(3.81, 4) == bench::ScalingKind::linear);
  CHECK(bench::classify(4.19, 4) == bench::ScalingKind::linear);
  CHECK(bench::classify(3.79, 4) == bench::ScalingKind::real);
  CHECK(bench::classify(0.5, 4) == bench::ScalingKind::real);
  CHECK(bench::classify(4.21, 4) == bench::ScalingKind::superlinear);
  CHECK(to_string(bench::ScalingKind::superlinear) == "superlinear");
}

TEST_CASE("a fit finds the serial fraction of the law that made the points, and none without a second point") {
  for (const double serial : {0.0, 0.03, 0.5, 1.0}) {
    CAPTURE(serial);
    const auto amdahl = bench::fit_amdahl(points_of([&](double p) { return bench::amdahl(1 - serial, p); }));
    const auto gustafson = bench::fit_gustafson(points_of([&](double p) { return bench::gustafson(p, serial); }));
    REQUIRE(amdahl.has_value());
    REQUIRE(gustafson.has_value());
    CHECK(amdahl->serial == doctest::Approx(serial));
    CHECK(gustafson->serial == doctest::Approx(serial));
    CHECK(amdahl->error < 1e-12);
    CHECK(gustafson->error < 1e-12);
  }
  const auto beyond = bench::fit_amdahl(points_of([](double p) { return 1.2 * p; }));
  CHECK(beyond->serial == 0);
  CHECK(beyond->error > 0.1);
  const std::vector<bench::SpeedupPoint> one = {{1, 1}};
  CHECK(!bench::fit_amdahl(one).has_value());
  CHECK(!bench::fit_gustafson(one).has_value());
  CHECK(!bench::fit_amdahl({}).has_value());
}

TEST_CASE("a strong report takes medians, and the best serial program for absolute speedups") {
  bench::ScalingStudy study = study_of(bench::ScalingMode::strong, {{1, 1.35}, {4, 0.599}});
  bench::ScalingReport report = bench::report_of(study);
  CHECK(report.rows[1].relative == doctest::Approx(2.253756));
  CHECK(report.rows[1].absolute == report.rows[1].relative);
  CHECK(report.rows[1].efficiency == doctest::Approx(0.563439));
  CHECK(report.rows[1].kind == bench::ScalingKind::real);
  CHECK(!report.rows[0].kind.has_value());
  CHECK(report.amdahl->serial == doctest::Approx(report.rows[1].serial));
  study.peer = bench::SerialPeer{"a loop", 0.675};
  study.runs[1].hash = "other";
  report = bench::report_of(study);
  CHECK(report.best_serial.what == "a loop");
  CHECK(report.rows[0].absolute == doctest::Approx(0.5));
  CHECK(report.rows[1].relative == doctest::Approx(2.253756));
  CHECK(!report.rows[1].same_bits);
  study.peer->seconds = 2;  // slower than the program itself: no measure
  CHECK(bench::report_of(study).best_serial.seconds == 1.35);
}

TEST_CASE("a weak report scales the speedup by the work") {
  const bench::ScalingReport report = bench::report_of(study_of(bench::ScalingMode::weak, {{1, 1}, {2, 1.25}, {4, 1}}));
  CHECK(report.rows[1].relative == doctest::Approx(1.6));
  CHECK(report.rows[1].efficiency == doctest::Approx(0.8));
  CHECK(report.rows[1].serial == doctest::Approx(0.4));
  CHECK(report.rows[2].kind == bench::ScalingKind::linear);
  CHECK(report.rows[2].serial == doctest::Approx(0).epsilon(1e-12));
}

TEST_CASE("numbers of threads are ascending, each once, from 1") {
  CHECK(bench::parse_numbers({"4", "2", "4"}, "thread") == std::vector<int>{1, 2, 4});
  CHECK(bench::default_threads(1) == std::vector<int>{1});
  CHECK(bench::default_threads(6) == std::vector<int>{1, 2, 4, 6});
  CHECK(bench::default_threads(8) == std::vector<int>{1, 2, 4, 8});
  for (const char* word : {"0", "-1", "", "two", "2x", "4097", "99999999999"}) {
    CAPTURE(word);
    CHECK(failure(Code::bad_argument, "--threads: '" + std::string(word) + "'",
                  [&] { bench::parse_numbers({word}, "thread"); }) == "");
  }
}

TEST_CASE("axes have round numbers, powers of two where they fit, else of ten") {
  CHECK(texts({"", false, 0, 1.1}) == std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(texts({"", false, -10, 10}).front() == "-10");
  CHECK(texts({"", true, 1, 16}) == std::vector<std::string>{"1", "2", "4", "8", "16"});
  CHECK(texts({"", true, 0.5, 1e4}) == std::vector<std::string>{"1", "10", "100", "1000", "10000"});
}

TEST_CASE("scaling runs a scenario on each number of threads, with the same bits") {
  const Outcome outcome =
      run_program({"scaling", kScenario, "--threads", "3,2", "--steps", "20", "--repeat", "2", "--json", "-"});
  CHECK_MESSAGE(outcome.exit == 0, outcome.err);
  const json document = json::parse(outcome.out);
  CHECK(document["mode"] == "strong");
  REQUIRE(document["points"].size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const json& point = document["points"][i];
    CHECK(point["threads"] == i + 1);
    CHECK(point["particles"] == 3);
    CHECK(point["samples"].size() == 2);
    CHECK(point["same_bits"] == true);
    CHECK(point["state_hash"] == document["points"][0]["state_hash"]);
  }
  CHECK(document["points"][0]["relative_speedup"] == 1.0);
  CHECK(document["points"][0]["kind"].is_null());
  CHECK(document["amdahl"]["serial_fraction"].get<double>() >= 0);
  const json simulated = json::parse(run_program({"simulate", kScenario, "--steps", "20", "--json", "-"}).out);
  CHECK(document["points"][2]["state_hash"] == simulated["state_hash"]);
}

TEST_CASE("weak scaling gives p threads p times the particles, and its table fits 80 columns") {
  const Outcome outcome = run_program({"scaling", kGenerated, "--weak", "--threads", "1,2", "--steps", "3", "--set",
                                       "particles.generate.count=1000", "--repeat", "1"});
  CHECK_MESSAGE(outcome.exit == 0, outcome.err);
  CHECK(outcome.out.find("\n      2      2,000 ") != std::string::npos);
  std::istringstream lines(outcome.out.substr(outcome.out.find("\n")));  // after the path of the scenario
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 80, line);
}

TEST_CASE("scaling draws a picture, where the build can") {
  const TemporaryFolder folder;
  if (!bench::can_draw()) {
    check_refused(2, "without Cairo", {"scaling", kScenario, "--steps", "1", "--plot", "x.svg"});
    return;
  }
  const std::pair<const char*, std::string_view> kinds[] = {
      {"a.svg", "<?xml"}, {"a.png", "\x89PNG"}, {"a.pdf", "%PDF"}};
  for (const auto& [name, magic] : kinds) {
    const std::string file = (folder / name).string();
    const Outcome outcome =
        run_program({"scaling", kScenario, "--threads", "1,2", "--steps", "5", "--repeat", "1", "--plot", file});
    CHECK_MESSAGE(outcome.exit == 0, outcome.err);
    CHECK(read_file(file).starts_with(magic));
  }
  check_refused(2, "which kind of picture", {"scaling", kScenario, "--plot", "picture.gif"});
  check_refused(2, "missing/picture.svg", {"scaling", kScenario, "--plot", "missing/picture.svg"});
}

TEST_CASE("scaling refuses what it cannot run") {
  check_refused(2, "--threads: '0' is no number of threads", {"scaling", kScenario, "--threads", "1,0"});
  check_refused(2, "--threads: 'two'", {"scaling", kScenario, "--threads", "two"});
  check_refused(2, "--ranks: 'two' is no number of ranks", {"scaling", kScenario, "--ranks", "two"});
  check_refused(2, "one number of threads", {"scaling", kScenario, "--ranks", "1,2", "--threads", "1,2"});
  check_refused(2, "are not generated", {"scaling", kScenario, "--weak", "--threads", "1,2"});
  check_refused(2, "--strong", {"scaling", kScenario, "--weak", "--strong"});
  check_refused(2, "--repeat: '0' is no whole number from 1 to 1000", {"scaling", kScenario, "--repeat", "0"});
  check_refused(2, "no_such.toml", {"scaling", "no_such.toml"});
  check_refused(2, "SCENARIO", {"scaling"});
  check_refused(2, "missing/out.json", {"scaling", kScenario, "--json", "missing/out.json"});
}
