// `--profile` and `--trace` of the program's commands.
#include <nlohmann/json.hpp>

#include "program.hpp"

using namespace lockstep;
using namespace lockstep::test;
using nlohmann::json;

namespace {

const std::string kScenario = LOCKSTEP_SOURCE_DIR "/apps/scenarios/textbook.toml";

/// The calls and bytes of a kind of work in a profile.
std::pair<std::uint64_t, std::uint64_t> total(const json& profile, const std::string& work) {
  std::pair<std::uint64_t, std::uint64_t> sum;
  for (const json& row : profile["rows"]) {
    if (row["work"] != work) continue;
    sum.first += row["calls"].get<std::uint64_t>();
    sum.second += row["bytes"].get<std::uint64_t>();
  }
  return sum;
}

}  // namespace

TEST_CASE("simulate --profile tells the exact counts and bytes in its record, and shows them on standard error") {
  const Outcome outcome = run_program(
      {"simulate", kScenario, "--steps", "10", "--set", "output.every=10", "--profile", "--quiet", "--json", "-"});
  CHECK_MESSAGE(outcome.exit == 0, outcome.err);
  CHECK(outcome.err.find("lockstep: profile of ") != std::string::npos);
  CHECK(outcome.err.find("CALLS") != std::string::npos);
  const json record = json::parse(outcome.out);
  const json& profile = record["timing"]["profile"];
  // Three particles: x, y, w there; x, y, vx, vy and two rows of seven diagnostics back.
  CHECK(total(profile, "upload") == std::pair<std::uint64_t, std::uint64_t>(3, 3 * 3 * 8));
  CHECK(total(profile, "download") == std::pair<std::uint64_t, std::uint64_t>(4 + 14, (4 * 3 + 14) * 8));
  CHECK(total(profile, "launch").second == total(profile, "launch").first * 7 * 3 * 8);
  for (const json& row : profile["rows"])
    for (const char* key : {"work", "name", "calls", "seconds", "share", "bytes", "bytes_per_second"}) {
      CAPTURE(key);
      CHECK(row.contains(key));
    }
}

TEST_CASE("a profile changes neither the results nor what stands on standard output") {
  const std::vector<std::string> plain = {"evaluate", "sum(x*x); x + 1", "x=3"};
  std::vector<std::string> profiled = plain;
  profiled.push_back("--profile");
  const Outcome without = run_program(plain), with = run_program(profiled);
  CHECK(with.exit == 0);
  CHECK(with.out == without.out);
  CHECK(without.err.empty());
  CHECK(with.err.find("sum(") != std::string::npos);
}

TEST_CASE("--trace writes a timeline, alone or with --profile") {
  const TemporaryFolder folder;
  const std::string file = (folder / "trace.json").string();
  const Outcome outcome = run_program({"evaluate", "arange(1000)*2", "--trace", file, "--json"});
  CHECK_MESSAGE(outcome.exit == 0, outcome.err);
  CHECK(outcome.err.empty());
  const json document = json::parse(read_file(file));
  int passes = 0;
  for (const json& event : document["traceEvents"]) passes += event.value("cat", "") == "pass";
  CHECK(passes == 1);
  CHECK(total(json::parse(outcome.out)["profile"], "pass") == std::pair<std::uint64_t, std::uint64_t>(1, 8000));
}

TEST_CASE("a timeline that cannot be written is refused before anything runs") {
  check_refused(2, "missing/trace.json", {"simulate", kScenario, "--trace", "missing/trace.json", "--json", "-"});
  check_refused(2, "missing/trace.json", {"evaluate", "1 + 1", "--trace", "missing/trace.json"});
  check_refused(2, "--trace", {"evaluate", "1 + 1", "--trace"});
}
