#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lockstep/profile.hpp"

namespace lockstep::app {

/// What a command was asked to tell of its device's work.
struct ProfileOptions {
  bool table = false;
  std::string trace;

  bool wanted() const { return table || !trace.empty(); }
};

/// Declares `--profile` and `--trace`.
void add_profile_options(CLI::App& app, ProfileOptions& options);

/// A recording that is over.
struct ProfileReport {
  std::vector<ProfileRow> rows;
  double seconds = 0;  ///< from its begin to its end
};

/// Begins a recording if one was asked for. Throws `file` if the timeline could not be written where it shall go.
std::optional<Profile> start_profile(const Device& device, const ProfileOptions& options);
/// Ends the recording, writes the timeline, and shows the table on standard error; nothing if there is no recording.
std::optional<ProfileReport> finish_profile(std::optional<Profile>& profile, const Device& device,
                                            const ProfileOptions& options);

/// A line for each row: calls, time, share of the whole time, bytes, bandwidth, kind and name.
std::string profile_table(const ProfileReport& report);
nlohmann::ordered_json profile_json(const ProfileReport& report);

}  // namespace lockstep::app
