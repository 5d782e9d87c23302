#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "../../program.hpp"

using namespace lockstep;
using nlohmann::json;
using test::Outcome;
using test::TemporaryFolder;

namespace {

constexpr const char* kTextbook = LOCKSTEP_SOURCE_DIR "/apps/scenarios/textbook.toml";
constexpr const char* kOrbits = LOCKSTEP_SOURCE_DIR "/apps/scenarios/orbits.toml";

/// The program, on so many ranks of mpirun.
std::vector<std::string> on_ranks(int ranks, std::vector<std::string> arguments) {
  std::vector<std::string> command = {LOCKSTEP_MPIEXEC, "-n", std::to_string(ranks), LOCKSTEP_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

int count(const std::string& text, std::string_view word) {
  int found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

/// Checks that the ranks end with this exit code, after one error that contains `part`.
void check_refused_once(int exit, std::string_view part, const std::vector<std::string>& arguments) {
  const Outcome outcome = test::run(on_ranks(3, arguments));
  CHECK_MESSAGE(outcome.exit == exit, outcome.err);
  CHECK_MESSAGE(count(outcome.err, "lockstep: error: ") == 1, outcome.err);
  CHECK_MESSAGE(outcome.err.find(part) != std::string::npos, outcome.err);
  CHECK(outcome.out.empty());
}

}  // namespace

TEST_CASE("simulate leaves the same bytes on any number of ranks") {
  const TemporaryFolder folder;
  const auto run = [&](int ranks, const char* scenario, const std::string& more) {
    const std::string to = (folder / "ranks").string() + std::to_string(ranks);
    std::vector<std::string> arguments = {"simulate", scenario, "--steps", "50", "--set", more, "-q", "-o", to};
    if (ranks == 0) arguments.insert(arguments.begin(), LOCKSTEP_PROGRAM);
    const Outcome outcome = test::run(ranks == 0 ? arguments : on_ranks(ranks, arguments));
    CHECK_MESSAGE(outcome.exit == 0, outcome.err);
    CHECK_MESSAGE(count(outcome.out, "state hash") == 1, outcome.out);
    return to;
  };
  const std::pair<const char*, std::string> cases[] = {{kTextbook, "precision=f32"},
                                                       {kOrbits, "particles.generate.count=5000"}};
  for (const auto& [scenario, setting] : cases) {
    const std::string alone = run(0, scenario, setting);
    const json expected = json::parse(read_file(alone + "/run.json"));
    CHECK(expected["ranks"] == 1);
    for (const int ranks : {1, 2, 4}) {
      const std::string to = run(ranks, scenario, setting);
      CHECK(read_file(to + "/final.csv") == read_file(alone + "/final.csv"));
      CHECK(read_file(to + "/thermo.csv") == read_file(alone + "/thermo.csv"));
      const json record = json::parse(read_file(to + "/run.json"));
      CHECK(record["state_hash"] == expected["state_hash"]);
      CHECK(record["particles"] == expected["particles"]);
      CHECK(record["ranks"] == ranks);
      CHECK(record["rank_devices"].size() == static_cast<std::size_t>(ranks));
    }
  }
}

TEST_CASE("wrong use and bad input are reported once, not by every rank") {
  check_refused_once(2, "no_such.toml", {"simulate", "no_such.toml"});
  check_refused_once(2, "no option '--stpes'", {"simulate", kTextbook, "--stpes", "5"});
  check_refused_once(2, "cannot be made", {"simulate", kTextbook, "-o", "/dev/null/out"});
  check_refused_once(3, "no device of kind 'abacus'", {"simulate", kTextbook, "--device", "abacus:0"});
}

TEST_CASE("a signal to mpirun stops all ranks after the same step, and the state is written once") {
  const TemporaryFolder folder;
  const std::string to = (folder / "out").string();
  const auto command = on_ranks(3, {"simulate", kOrbits, "--steps", "1000000000", "--set", "output.every=1000000000",
                                    "--set", "particles.generate.count=5000", "-q", "-o", to});
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string out = (folder / "log").string();
    const int log = ::open(out.c_str(), O_WRONLY | O_CREAT, 0600);
    ::dup2(log, 1);
    ::dup2(log, 2);
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  // The table's first row is there when the run is under way.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < patience &&
         (!std::filesystem::exists(folder / "log") || read_file(folder / "log").find("r_max") == std::string::npos))
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  ::kill(child, SIGTERM);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  const std::string log = read_file(folder / "log");
  CHECK_MESSAGE(count(log, "stopped by SIGTERM") <= 1, log);  // mpirun may no longer pass it on
  REQUIRE_MESSAGE(std::filesystem::exists(folder / "out/run.json"), log);
  const json record = json::parse(read_file(to + "/run.json"));
  CHECK(record["stopped_by"] == "SIGTERM");
  const std::int64_t steps = record["steps"];
  CHECK(steps > 0);
  const Outcome alone = test::run({LOCKSTEP_PROGRAM, "simulate", kOrbits, "--steps", std::to_string(steps), "--set",
                                   "particles.generate.count=5000", "--set", "output.every=1000000000", "--json", "-"});
  CHECK_MESSAGE(alone.exit == 0, alone.err);
  CHECK(json::parse(alone.out)["state_hash"] == record["state_hash"]);
}

TEST_CASE("scaling starts the ranks itself and compares their bits") {
  const auto run = [](std::vector<std::string> more) {
    std::vector<std::string> arguments = {
        LOCKSTEP_PROGRAM, "scaling", kOrbits, "--set", "particles.generate.count=3000", "--steps", "20", "--ranks",
        "1,2,3",          "--json",  "-",     "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = test::run(arguments);
    CHECK_MESSAGE(outcome.exit == 0, outcome.err);
    return json::parse(outcome.out);
  };
  const json strong = run({"--repeat", "2"});
  REQUIRE(strong["points"].size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(strong["points"][i]["ranks"] == i + 1);
    CHECK(strong["points"][i]["samples"].size() == 2);
    CHECK(strong["points"][i]["particles"] == 3000);
    CHECK(strong["points"][i]["same_bits"] == true);
  }
  const json weak = run({"--repeat", "1", "--weak", "--threads", "2"});
  CHECK(weak["points"][2]["particles"] == 9000);
  const Outcome lost =
      test::run({LOCKSTEP_PROGRAM, "scaling", kOrbits, "--ranks", "2"}, {.environment = {{"PATH", "/nowhere"}}});
  CHECK(lost.exit == 2);
  CHECK_MESSAGE(lost.err.find("no mpirun in PATH") != std::string::npos, lost.err);
}
