#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string_view>

namespace lockstep::app {

/// What the program's exit codes mean; docs and scripts rely on the numbers.
enum Exit : int {
  kGood = 0,
  kNo = 1,        ///< it worked, and the answer is no: the files differ, the check failed
  kWrongUse = 2,  ///< wrong arguments or input
  kFailed = 3,    ///< the device or the system failed
};

/// Does the work of a command after its options were read, and returns an exit code. May throw lockstep::Error.
using Run = std::function<int()>;

/// One command of the program: `lockstep NAME ...`.
struct Command {
  std::string_view name;
  std::string_view what;        ///< one line for the list of commands
  Run (*setup)(CLI::App& app);  ///< declares the options on the command's own parser, returns what runs it
};

/// All commands, in the order in which help shows them. A new command is a row in commands.cpp and a file of its own.
std::span<const Command> all_commands() noexcept;

Run setup_devices(CLI::App& app);
Run setup_simulate(CLI::App& app);
Run setup_evaluate(CLI::App& app);
Run setup_compare(CLI::App& app);
Run setup_selftest(CLI::App& app);
Run setup_bench(CLI::App& app);
Run setup_scaling(CLI::App& app);

/// What `--device` says in every command's help.
inline constexpr const char* kDeviceHelp =
    "auto, cpu, cpu:THREADS, opencl:N or cuda:N (default: $LOCKSTEP_DEVICE, else auto)";

}  // namespace lockstep::app
