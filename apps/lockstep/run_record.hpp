#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lockstep/particles/simulation.hpp"
#include "profile_report.hpp"

namespace lockstep::app {

/// All that a run of a scenario leaves behind.
struct RunRecord {
  std::vector<Diagnostics> rows;
  State state;
  std::string hash;
  RunResult result;
  int stopped_by = 0;                ///< the signal, or 0 for a run that reached its end
  BitStatus bits;                    ///< of all ranks
  std::vector<std::string> devices;  ///< of each rank
  std::optional<ProfileReport> profile;
};

/// The record as it stands in run.json. What differs from run to run is in "timing", all else is the same for the same
/// scenario on the same device.
std::string to_json(const RunRecord& record, const Simulation& simulation);

/// Makes `directory` if it is not there. Throws `file` if it cannot be made, or if no file can be made in it.
void prepare_directory(const std::filesystem::path& directory);
/// Throws `file` if `file` cannot be written where it is.
void check_writable(const std::filesystem::path& file);

/// Writes final.csv or final.npy, thermo.csv and run.json. Each appears complete or not at all, run.json last.
void write_run(const std::filesystem::path& directory, const RunRecord& record, const Simulation& simulation);

}  // namespace lockstep::app
