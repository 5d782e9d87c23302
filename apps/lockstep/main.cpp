// The program `lockstep`: reads the command line, runs one command, turns errors into messages and exit codes.
#include <csignal>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "lockstep/comm/communicator.hpp"
#include "terminal.hpp"
#include "usage.hpp"

namespace lockstep::app {
namespace {

/// An option whose value is empty is a shell's variable that was not set, and not the default.
void refuse_empty_values(CLI::App& command) {
  for (CLI::Option* option : command.get_options())
    if (option->get_items_expected() > 0 && !option->get_positional())
      option->check(
          CLI::Validator([](const std::string& value) { return value.empty() ? "the value is empty" : ""; }, ""));
}

void set_up(CLI::App& app, std::vector<std::pair<CLI::App*, Run>>& runs) {
  app.name("lockstep");
  app.set_version_flag(
      "--version", [] { return version_line(); }, "print the version and exit");
  app.set_help_flag("-h,--help", "print this help and exit");
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.get_formatter()->label("OPTIONS", "options");
  app.get_formatter()->label("Positionals", "Arguments");
  app.get_formatter()->label("REQUIRED", "");
  app.get_formatter()->column_width(34);
  app.require_subcommand(1);
  app.footer(
      "`lockstep COMMAND --help` explains a command, with examples.\n"
      "Exit codes: 0 good, 1 the answer is no (files differ), 2 wrong use or input, 3 device or system failure.");
  for (const Command& command : all_commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.what))->group("Commands");
    runs.emplace_back(sub, command.setup(*sub));
    refuse_empty_values(*sub);
  }
}

int run(int argc, char** argv) {
  CLI::App app("Lockstep: array expressions and particle simulations with the same bits on every device.");
  std::vector<std::pair<CLI::App*, Run>> runs;
  set_up(app, runs);
  if (argc < 2) {
    note("no command given\n\n" + app.help());
    return kWrongUse;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return print(app.help()), kGood;
  } catch (const CLI::CallForVersion&) {
    return print(version_line()), kGood;
  } catch (const CLI::ParseError& error) {
    if (Communicator::launched_rank() > 0) return kGood;  // rank 0 tells of it
    report_usage(app, error);
    return kWrongUse;
  }
  for (const auto& [command, action] : runs)
    if (command->parsed()) return action();
  return kWrongUse;
}

}  // namespace
}  // namespace lockstep::app

int main(int argc, char** argv) {
  using namespace lockstep;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe must not end a run before its state is written; see print()
  try {
    return app::run(argc, argv);
  } catch (const Error& error) {
    app::report(error);
    return is_usage_error(error.code()) ? app::kWrongUse : app::kFailed;
  } catch (const std::bad_alloc&) {
    app::report_error("out of host memory");
  } catch (const std::exception& error) {
    app::report_error(error.what());
  }
  return app::kFailed;
}
