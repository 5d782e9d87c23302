#include "run_record.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "interruption.hpp"
#include "lockstep/csv.hpp"
#include "lockstep/error.hpp"
#include "lockstep/version.hpp"

namespace lockstep::app {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kFinal[] = {"final.csv", "final.npy"};  // by OutputFormat

template <Element T, class F>
NpyField field(std::string_view name, const std::vector<Diagnostics>& rows, F value) {
  std::vector<T> values;
  for (const Diagnostics& row : rows) values.push_back(static_cast<T>(value(row)));
  return make_field(std::string(name), values);
}

Npy thermo_table(const std::vector<Diagnostics>& rows, const Simulation& simulation) {
  Npy table{Shape{rows.size()}, {}, true};
  table.fields.push_back(field<std::int64_t>("step", rows, [](const Diagnostics& row) { return row.step; }));
  table.fields.push_back(field<double>("time", rows, [](const Diagnostics& row) { return row.time; }));
  for (std::size_t q = 0; q < simulation.quantities().size(); ++q) {
    const auto value = [q](const Diagnostics& row) { return row.values[q]; };
    const std::string_view name = simulation.quantities()[q].name;
    table.fields.push_back(simulation.scenario().precision == DType::f32 ? field<float>(name, rows, value)
                                                                         : field<double>(name, rows, value));
  }
  return table;
}

Json quantities_of(const Diagnostics& row, const Simulation& simulation) {
  Json values = Json::object();
  for (std::size_t q = 0; q < row.values.size(); ++q)
    values[std::string(simulation.quantities()[q].name)] = row.values[q];
  return values;
}

}  // namespace

std::string to_json(const RunRecord& record, const Simulation& simulation) {
  const Scenario& scenario = simulation.scenario();
  const DeviceInfo& device = simulation.device().info();
  const double rate = record.result.seconds > 0 ? record.result.particle_steps / record.result.seconds : 0;
  Json timing = {{"seconds", record.result.seconds}, {"particle_steps_per_second", rate}};
  if (record.profile) timing["profile"] = profile_json(*record.profile);
  const Json document = {
      {"lockstep", version()},
      {"scenario",
       {{"name", scenario.name},
        {"title", scenario.title},
        {"overrides", scenario.overrides},
        {"text", scenario.text}}},
      {"dynamics", scenario.dynamics},
      {"precision", to_string(scenario.precision)},
      {"particles", simulation.size()},
      {"timestep", scenario.timestep},
      {"steps_asked", scenario.steps},
      {"steps", record.state.step},
      {"time", simulation.time()},
      {"stopped_by", record.stopped_by == 0 ? Json() : Json(signal_name(record.stopped_by))},
      {"device", {{"name", device.name}, {"kind", device.kind}, {"description", device.description}}},
      {"ranks", record.devices.size()},
      {"rank_devices", record.devices},
      {"bits", {{"exact", record.bits.exact}, {"difference", record.bits.difference}}},
      {"quantities", quantities_of(record.rows.back(), simulation)},
      {"state_hash", record.hash},
      {"timing", timing},
  };
  // Names from the command line need not be UTF-8.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void check_writable(const fs::path& file) {
  const auto refuse = [&](const char* why) {
    throw Error(Code::file, fmt::format("'{}' cannot be written: {}", file.string(), why),
                "Nothing was run. Choose a place that you may write to.");
  };
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) refuse("it is a directory");
  const bool exists = fs::exists(file, ignored);
  if (exists && ::access(file.c_str(), W_OK) != 0) refuse(std::strerror(errno));
  if (exists && !fs::is_regular_file(file, ignored)) return;  // a pipe or a device is written as it is
  std::string probe = (exists ? fs::canonical(file) : file).string() + ".XXXXXX";
  const int descriptor = mkstemp(probe.data());
  if (descriptor < 0) refuse(std::strerror(errno));
  close(descriptor);
  unlink(probe.c_str());
}

void prepare_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (!error && !fs::is_directory(directory)) error = std::make_error_code(std::errc::not_a_directory);
  if (error)
    throw Error(Code::file, fmt::format("the directory '{}' cannot be made: {}", directory.string(), error.message()),
                "Nothing was run. Choose a place that you may write to.");
  check_writable(directory / "run.json");
}

void write_run(const fs::path& directory, const RunRecord& record, const Simulation& simulation) {
  const OutputFormat format = simulation.scenario().output.format;
  const Npy table = final_table(record.state);
  const char* final_name = kFinal[static_cast<std::size_t>(format)];
  format == OutputFormat::csv ? write_csv(directory / final_name, table) : write_npy(directory / final_name, table);
  // An older run's file in the other format would pass for this run's.
  std::error_code ignored;
  for (const char* name : kFinal)
    if (name != final_name) fs::remove(directory / name, ignored);
  write_csv(directory / "thermo.csv", thermo_table(record.rows, simulation));
  write_file(directory / "run.json", to_json(record, simulation));
}

}  // namespace lockstep::app
