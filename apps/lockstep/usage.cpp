#include "usage.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "commands.hpp"
#include "lockstep/nearest.hpp"
#include "terminal.hpp"

namespace lockstep::app {
namespace {

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string_view best = detail::nearest(name, candidates);
  return best.empty() ? std::string() : fmt::format("Did you mean '{}'? ", best);
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

void report_unknown_option(const CLI::App& app, const std::string& path, std::string_view option) {
  option = option.substr(0, option.find('='));
  std::string advice = suggestion(option, options_of(app)) + fmt::format("`{} --help` lists the options.", path);
  // "-x*2" is more likely an expression than a group of short options.
  if (!option.starts_with("--")) advice += "\nAn argument that begins with '-' and is no option goes after ' -- '.";
  report_error(fmt::format("`{}` has no option '{}'", path, option), advice);
}

void report_unknown_command(const CLI::App& app, std::string_view word) {
  std::vector<std::string> names;
  for (const Command& command : all_commands()) names.emplace_back(command.name);
  report_error(fmt::format("there is no command '{}'", word),
               suggestion(word, names) + fmt::format("`{} --help` lists the commands.", app.get_name()));
}

}  // namespace

void report_usage(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const CLI::App& parser = chosen.empty() ? app : *chosen.back();
  const std::string path = chosen.empty() ? app.get_name() : app.get_name() + " " + parser.get_name();
  const std::vector<std::string> extras = parser.remaining();
  for (const std::string& extra : extras)
    if (extra.size() > 1 && extra.front() == '-') return report_unknown_option(parser, path, extra);
  if (chosen.empty() && !extras.empty()) return report_unknown_command(app, extras.front());
  if (!extras.empty())
    return report_error(fmt::format("unexpected argument '{}'", extras.front()),
                        fmt::format("`{} --help` shows what the command takes.", path));
  report_error(error.what(), fmt::format("`{} --help` shows what the command takes.", path));
}

}  // namespace lockstep::app
