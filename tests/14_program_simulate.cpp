#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "lockstep/csv.hpp"
#include "lockstep/particles/simulation.hpp"
#include "program.hpp"
#include "support.hpp"

using namespace lockstep;
using test::run_program;
using test::TemporaryFolder;

namespace {

constexpr const char* kTextbook = LOCKSTEP_SOURCE_DIR "/apps/scenarios/textbook.toml";

std::string expected_hash(const std::vector<std::string>& overrides = {}) {
  Simulation simulation(test::device(), load_scenario(kTextbook, overrides));
  simulation.run();
  return state_hash(simulation.state());
}

nlohmann::json record_in(const TemporaryFolder& folder) {
  return nlohmann::json::parse(read_file(folder / "out/run.json"));
}

constexpr int kPatience = 60'000;  // milliseconds without a word, after which the program is taken to hang

/// The program, running.
class Running {
 public:
  explicit Running(std::vector<std::string> arguments) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    arguments.insert(arguments.begin(), LOCKSTEP_PROGRAM);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      ::dup2(pipe[1], 1);
      ::dup2(pipe[1], 2);
      ::close(pipe[0]);
      ::close(pipe[1]);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
    ::close(pipe[1]);
    output_ = pipe[0];
  }
  ~Running() {
    ::close(output_);
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Reads what it prints until `part` came; false if it ended before.
  bool wait_for(std::string_view part) {
    while (text_.find(part) == std::string::npos)
      if (!read_some()) return false;
    return true;
  }
  void signal(int number) const { ::kill(child_, number); }
  /// The exit code, or 1000 plus the signal that ended it.
  int wait() {
    while (read_some()) continue;
    int status = 0;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  const std::string& text() const { return text_; }

 private:
  bool read_some() {
    pollfd ready{output_, POLLIN, 0};
    if (::poll(&ready, 1, kPatience) <= 0) return false;
    std::array<char, 4096> block;
    const ssize_t got = ::read(output_, block.data(), block.size());
    if (got > 0) text_.append(block.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  pid_t child_ = -1;
  int output_ = -1;
  std::string text_;
};

}  // namespace

TEST_CASE("simulate prints a table and the state hash, and writes what the run leaves") {
  const TemporaryFolder folder;
  const auto outcome = run_program({"simulate", kTextbook, "--output", (folder / "out").string()});
  const std::string hash = expected_hash();
  CHECK(outcome.exit == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.find("\n step      time     kinetic") != std::string::npos);
  CHECK(outcome.out.find("\nstate hash  " + hash + "\n") != std::string::npos);

  const Npy end = read_csv(folder / "out/final.csv");
  CHECK(read_file(folder / "out/final.csv").starts_with("id,x,y,vx,vy\n0,0.21026984503568258,"));
  CHECK(end.shape == Shape{3});
  const Npy thermo = read_csv(folder / "out/thermo.csv");
  CHECK(thermo.shape == Shape{11});
  CHECK(thermo.fields[0].values<std::int64_t>().back() == 10000);

  const auto record = record_in(folder);
  CHECK(record["state_hash"] == hash);
  CHECK(record["steps"] == 10000);
  CHECK(record["precision"] == "f64");
  CHECK(record["bits"]["exact"] == true);
  CHECK(record["stopped_by"].is_null());
  CHECK(record["timing"]["seconds"] > 0.0);
}

TEST_CASE("two runs leave the same files, but for the timing") {
  const TemporaryFolder a, b;
  for (const TemporaryFolder* folder : {&a, &b})
    CHECK(run_program({"simulate", kTextbook, "-q", "--output", (*folder / "out").string()}).exit == 0);
  CHECK(read_file(a / "out/final.csv") == read_file(b / "out/final.csv"));
  CHECK(read_file(a / "out/thermo.csv") == read_file(b / "out/thermo.csv"));
  auto first = record_in(a), second = record_in(b);
  first.erase("timing");
  second.erase("timing");
  CHECK(first == second);
}

TEST_CASE("an f32 run written as .npy reads back to its bits, and takes the place of an older run") {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string();
  CHECK(run_program({"simulate", kTextbook, "--output", out}).exit == 0);
  CHECK(run_program({"simulate", kTextbook, "--output", out, "--set", "precision=f32", "--set", "output.format=npy"})
            .exit == 0);
  const Npy table = read_npy(folder / "out/final.npy");
  Simulation simulation(test::device(), load_scenario(kTextbook, std::vector<std::string>{"precision=f32"}));
  simulation.run();
  const State state = simulation.state();
  REQUIRE(table.find("x"));
  CHECK(table.find("x")->type == DType::f32);
  CHECK(table.find("x")->to_f64() == state.particles.x);
  CHECK(table.find("vy")->to_f64() == state.particles.vy);
  CHECK(!std::filesystem::exists(folder / "out/final.csv"));
  CHECK(record_in(folder)["precision"] == "f32");
}

TEST_CASE("the record goes to a file or to standard output, with the settings that made it") {
  const TemporaryFolder folder;
  const auto outcome = run_program({"simulate", kTextbook, "--steps", "7", "--set", "title=short", "--json", "-"});
  CHECK(outcome.exit == 0);
  const auto record = nlohmann::json::parse(outcome.out);
  CHECK(record["steps"] == 7);
  CHECK(record["scenario"]["title"] == "short");
  CHECK(record["state_hash"] == expected_hash({"dynamics.steps=7"}));
  CHECK(run_program({"simulate", kTextbook, "--steps", "7", "--json", (folder / "r.json").string()}).exit == 0);
  CHECK(nlohmann::json::parse(read_file(folder / "r.json"))["state_hash"] == record["state_hash"]);
}

TEST_CASE("the final state without particles is a header") {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string();
  const auto outcome = run_program({"simulate", kTextbook, "--output", out, "--set", "particles.inline=[]"});
  CHECK_MESSAGE(outcome.exit == 0, outcome.err);
  CHECK(read_file(folder / "out/final.csv") == "id,x,y,vx,vy\n");
  CHECK(record_in(folder)["quantities"]["r_mean"].is_null());
}

TEST_CASE("simulate refuses wrong scenarios, settings and arguments, and leaves nothing") {
  const TemporaryFolder folder;
  write_file(folder / "bad.toml", "[dynamics]\nname = 'orbit'\ntimestpe = 1\n");
  const std::string out = (folder / "out").string();
  test::check_refused(2, "bad.toml:3:1: unknown key 'dynamics.timestpe'",
                      {"simulate", (folder / "bad.toml").string(), "--output", out});
  test::check_refused(2, "missing.toml", {"simulate", (folder / "missing.toml").string(), "--output", out});
  test::check_refused(2, "--set dynamics.timestep=-1",
                      {"simulate", kTextbook, "--output", out, "--set", "dynamics.timestep=-1"});
  test::check_refused(2, "dynamics.steps", {"simulate", kTextbook, "--output", out, "--steps", "-3"});
  test::check_refused(2, "'dynamics.steps' must be an integer, not a string",
                      {"simulate", kTextbook, "--output", out, "--steps", "few"});
  test::check_refused(2, "'dynamics.steps' must be an integer, not a number",
                      {"simulate", kTextbook, "--output", out, "--steps", "1e3"});
  CHECK(run_program({"simulate"}).exit == 2);
  CHECK(folder.count() == 1);
}

TEST_CASE("simulate refuses outputs that cannot be written before it runs") {
  const TemporaryFolder folder;
  write_file(folder / "file", "taken");
  test::check_refused(2, "cannot be made", {"simulate", kTextbook, "--output", (folder / "file").string()});
  test::check_refused(2, "cannot be made", {"simulate", kTextbook, "--output", (folder / "file/under").string()});
  test::check_refused(2, "cannot be", {"simulate", kTextbook, "--output", "/proc/lockstep"});
  test::check_refused(2, "it is a directory", {"simulate", kTextbook, "--json", folder.path().string()});
  test::check_refused(2, "cannot be written", {"simulate", kTextbook, "--json", (folder / "none/r.json").string()});
  CHECK(folder.count() == 1);
  CHECK(read_file(folder / "file") == "taken");
}

TEST_CASE("the record may go to a pipe of the shell") {
  const TemporaryFolder folder;
  const test::Outcome outcome = test::run({"/bin/bash", "-c",
                                           std::string("'") + LOCKSTEP_PROGRAM + "' simulate '" + kTextbook +
                                               "' --quiet --steps 1 --json >(cat > record) > table; wait $!"},
                                          {.folder = folder.path().string()});
  CHECK_MESSAGE(outcome.exit == 0, outcome.err);
  CHECK(nlohmann::json::parse(read_file(folder / "record"))["steps"] == 1);
}

TEST_CASE("a run that does not fit into memory leaves no files") {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string();
  const std::string crowd = "particles.generate={kind=\"disc\",count=1000000,seed=1,radius=1,w=1}";
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--memory", "1MiB", "--set", crowd},
        std::vector<std::string>{"--set", crowd, "--set", "particles.generate.count=1099511627776"}}) {
    std::vector<std::string> arguments = {"simulate", kTextbook, "-q", "--output", out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = run_program(arguments);
    CHECK_MESSAGE(outcome.exit == 3, outcome.err);
    CHECK_MESSAGE(outcome.err.starts_with("lockstep: error: "), outcome.err);
    CHECK(std::filesystem::is_empty(out));
  }
}

TEST_CASE("a signal ends a run with the state of whole steps written") {
  for (const auto& [number, name] : {std::pair{SIGINT, "SIGINT"}, std::pair{SIGTERM, "SIGTERM"}}) {
    const TemporaryFolder folder;
    Running program({"simulate", kTextbook, "--device", "cpu:2", "--output", (folder / "out").string(), "--steps",
                     "1000000000000", "--set", "output.every=1000000"});
    REQUIRE(program.wait_for("momentum_y\n"));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    program.signal(number);
    CHECK(program.wait() == 128 + number);
    const auto record = record_in(folder);
    const auto steps = record["steps"].get<std::int64_t>();
    CHECK(record["stopped_by"] == name);
    CHECK(record["steps_asked"] == 1000000000000);
    CHECK((steps >= 0 && steps < 1000000000000));
    CHECK(program.text().find(std::string("stopped by ") + name + " after ") != std::string::npos);
    CHECK(read_csv(folder / "out/thermo.csv").fields[0].values<std::int64_t>().back() == steps);
    CHECK(read_csv(folder / "out/final.csv").shape == Shape{3});
    // The same steps, done at once, give the same bits.
    CHECK(record["state_hash"] == expected_hash({"dynamics.steps=" + std::to_string(steps)}));
  }
}

TEST_CASE("a run whose reader went away writes its files all the same") {
  const TemporaryFolder folder;
  const std::string command = std::string("'") + LOCKSTEP_PROGRAM + "' simulate '" + kTextbook +
                              "' --steps 30000000 --output '" + (folder / "out").string() + "' | head -n 1";
  const auto outcome = test::run({"/bin/sh", "-c", command});
  CHECK(outcome.exit == 0);
  CHECK(outcome.out.starts_with(kTextbook));
  CHECK(record_in(folder)["steps"] == 30000000);
  CHECK(read_csv(folder / "out/thermo.csv").shape == Shape{11});
}

TEST_CASE("a run that cannot print fails before it starts") {
  const TemporaryFolder folder;
  const auto outcome =
      run_program({"simulate", kTextbook, "--output", (folder / "out").string()}, {".", {}, "/dev/full"});
  CHECK(outcome.exit == 3);
  CHECK(outcome.err.find("standard output cannot be written") != std::string::npos);
  CHECK(std::filesystem::is_empty(folder / "out"));
}

TEST_CASE("progress of a long run goes to standard error in plain lines, and not at all if it is to be quiet") {
  for (const bool quiet : {false, true}) {
    std::vector<std::string> arguments = {"simulate", kTextbook, "--device", "cpu:1", "--steps", "1000000000000"};
    if (quiet) arguments.push_back("--quiet");
    Running program(arguments);
    REQUIRE(program.wait_for("momentum_y\n"));
    if (quiet) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1300));
    } else {
      REQUIRE(program.wait_for(" left\n"));
      CHECK(program.text().find("particle-steps/s") != std::string::npos);
    }
    program.signal(SIGTERM);
    CHECK(program.wait() == 143);
    CHECK((program.text().find(" left\n") == std::string::npos) == quiet);
    CHECK(program.text().find('\r') == std::string::npos);
  }
}
