#include "scaling_ranks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "lockstep/engine.hpp"

namespace lockstep::bench {
namespace {

namespace fs = std::filesystem;

/// A folder of its own that goes with the object.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "lockstep-ranks-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw Error(Code::file, fmt::format("no folder can be made in '{}': {}", fs::temp_directory_path().string(),
                                          std::strerror(errno)));
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string find_in_path(std::initializer_list<const char*> names) {
  const char* path = std::getenv("PATH");
  for (const char* name : names) {
    std::istringstream folders(path ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
      const std::string file = folder + "/" + name;
      if (access(file.c_str(), X_OK) == 0) return file;
    }
  }
  throw Error(Code::unsupported, "--ranks: there is no mpirun in PATH",
              "Install openmpi-bin, or leave --ranks out and use --threads.");
}

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// Open MPI's options, by its environment, so that another MPI is not given what it does not know: ranks may outnumber
/// processors, their threads are not all bound to one, and root may start them, as it started this program.
void set_environment() {
  constexpr const char* kSettings[][2] = {
      {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
      {"OMPI_MCA_hwloc_base_binding_policy", "none"},
      {"OMPI_ALLOW_RUN_AS_ROOT", "1"},
      {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
  };
  for (const auto& [name, value] : kSettings) setenv(name, value, 0);
}

/// Runs a command to its end, its output in a file. Throws `device` with that if it fails.
void run_command(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const int in = open("/dev/null", O_RDONLY), out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
    set_environment();
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    throw Error(Code::device, fmt::format("{} could not be started: {}", command[0], std::strerror(errno)));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(Code::device, fmt::format("the ranks that {} started failed", command[0]), "", text_of(output));
}

std::vector<std::string> command_for(const std::string& mpirun, int ranks, int repeat, const ScalingOptions& options,
                                     const RankLaunch& launch, const std::string& samples) {
  std::vector<std::string> command = {
      mpirun, "-n", std::to_string(ranks), fs::read_symlink("/proc/self/exe").string(), "scaling", launch.scenario};
  command.insert(command.end(),
                 {options.mode == ScalingMode::weak ? "--weak" : "--strong", "--threads",
                  std::to_string(launch.threads), "--repeat", std::to_string(repeat), "--rank-samples", samples});
  for (const std::string& setting : launch.settings) command.insert(command.end(), {"--set", setting});
  return command;
}

void read_samples(const std::string& file, ScalingRun& run) {
  std::ifstream in(file);
  std::string hash, number;
  in >> run.particles >> hash;
  while (in >> number) run.seconds.push_back(std::strtod(number.c_str(), nullptr));
  if (run.hash.empty()) run.hash = hash;
  if (hash.empty() || run.seconds.empty())
    throw Error(Code::device, fmt::format("the {} ranks of a run have told nothing of it", run.threads));
  if (run.hash != hash)
    throw Error(Code::device,
                fmt::format("two runs on {} ranks ended in other bits: {} and {}", run.threads, run.hash, hash));
}

}  // namespace

ScalingStudy run_scaling_on_ranks(const Scenario& scenario, const ScalingOptions& options, const RankLaunch& launch) {
  if (const std::string problem = Communicator::missing(); !problem.empty())
    throw Error(Code::unsupported, "--ranks: " + problem, "Leave --ranks out and use --threads, or see docs/mpi.md.");
  const std::string mpirun = find_in_path({"mpirun", "mpiexec"});
  ScalingStudy study{options.mode, {}, {}, "rank"};
  double work = 0, done = 0;
  for (const int ranks : options.threads) {
    if (options.mode == ScalingMode::weak) scaled(scenario, ranks);  // or it throws, before mpirun is started
    study.runs.push_back({ranks, 0, {}, {}});
    work += options.repeat * cost(options.mode, ranks);
  }
  const Folder folder;
  for (const bool backwards : {false, true}) {
    const int repeat = backwards ? options.repeat / 2 : (options.repeat + 1) / 2;
    for (std::size_t k = 0; k < study.runs.size() && repeat > 0; ++k) {
      ScalingRun& run = study.runs[backwards ? study.runs.size() - 1 - k : k];
      if (options.progress) options.progress(done / work);
      const std::string samples = folder.file("samples");
      run_command(command_for(mpirun, run.threads, repeat, options, launch, samples), folder.file("output"));
      read_samples(samples, run);
      done += repeat * cost(options.mode, run.threads);
    }
  }
  if (launch.threads == 1) study.peer = serial_peer(scenario, study.runs.front().particles, options.repeat);
  return study;
}

void measure_as_rank(const Communicator& ranks, const Scenario& scenario, int threads, ScalingMode mode, int repeat,
                     const std::string& file) {
  std::optional<Device> device;
  ranks.together([&] { device = Engine().open(fmt::format("cpu:{}", threads)); });
  const Scenario whole = mode == ScalingMode::weak ? scaled(scenario, ranks.size()) : scenario;
  std::string line;
  for (int i = -1; i < repeat; ++i) {
    Scenario once = whole;
    if (i < 0) once.steps = std::min<std::int64_t>(once.steps, 1);  // compiles and touches memory
    Simulation simulation(*device, std::move(once), ranks);
    ranks.barrier();
    const RunResult result = simulation.run({{}, [](const Diagnostics&) {}, {}});
    if (i < 0) continue;
    if (i == 0) {
      const State state = simulation.state();
      if (ranks.rank() == 0) line = fmt::format("{} {}", simulation.size(), state_hash(state));
    }
    line += fmt::format(" {}", result.seconds);
  }
  ranks.on_first([&] { write_file(file, line + "\n"); });
}

}  // namespace lockstep::bench
