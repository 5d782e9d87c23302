#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "files.hpp"
#include "lockstep/npy.hpp"

namespace lockstep::test {

/// What a program did.
struct Outcome {
  int exit = -1;  ///< its exit code, or 128 plus the signal that ended it
  std::string out, err;
};

/// Where a program runs and what it reads and writes; by default nothing, an own file, an own file.
struct Surroundings {
  std::string folder = ".";
  std::vector<std::pair<std::string, std::string>> environment{};
  const char* out = nullptr;  ///< a file to write to instead of the outcome's
};

/// Runs a program to its end. `command[0]` is its path.
inline Outcome run(const std::vector<std::string>& command, const Surroundings& around = {}) {
  const TemporaryFolder files;
  const std::string out = around.out ? around.out : (files / "out").string(), err = (files / "err").string();
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto redirect = [](const char* path, int flags, int to) {
      const int from = ::open(path, flags, 0600);
      if (from < 0 || ::dup2(from, to) < 0) ::_exit(126);
    };
    redirect("/dev/null", O_RDONLY, 0);
    redirect(out.c_str(), O_WRONLY | O_CREAT, 1);
    redirect(err.c_str(), O_WRONLY | O_CREAT, 2);
    for (const auto& [name, value] : around.environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (::chdir(around.folder.c_str()) != 0) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), around.out ? "" : read_file(out),
          read_file(err)};
}

/// Runs `lockstep` with these arguments, on the device under test unless they say otherwise.
inline Outcome run_program(std::vector<std::string> arguments, Surroundings around = {}) {
  arguments.insert(arguments.begin(), LOCKSTEP_PROGRAM);
  const char* device = std::getenv("LOCKSTEP_TEST_DEVICE");
  around.environment.emplace_back("LOCKSTEP_DEVICE", device && *device ? device : "cpu");
  return run(arguments, around);
}

/// Checks that the program refuses these arguments: exit code, one error that contains `part`, nothing on standard
/// output.
inline void check_refused(int exit, std::string_view part, const std::vector<std::string>& arguments,
                          const Surroundings& around = {}) {
  const Outcome outcome = run_program(arguments, around);
  CHECK_MESSAGE(outcome.exit == exit, outcome.err);
  CHECK_MESSAGE(outcome.err.starts_with("lockstep: error: "), outcome.err);
  CHECK_MESSAGE(outcome.err.find(part) != std::string::npos, outcome.err);
  CHECK(outcome.out.empty());
}

}  // namespace lockstep::test
