#include "profile_report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "bench/report.hpp"
#include "lockstep/npy.hpp"
#include "progress_bar.hpp"
#include "run_record.hpp"
#include "table.hpp"
#include "terminal.hpp"

namespace lockstep::app {
namespace {

double share(const ProfileRow& row, const ProfileReport& report) {
  return report.seconds > 0 ? row.seconds / report.seconds : 0;
}

std::string gigabytes_per_second(double bandwidth) {
  return bandwidth > 0 ? fmt::format("{:.{}f}", bandwidth * 1e-9, bandwidth < 1e9 ? 3 : bandwidth < 1e11 ? 1 : 0) : "-";
}

}  // namespace

void add_profile_options(CLI::App& app, ProfileOptions& options) {
  app.add_flag("--profile", options.table,
               "show on standard error what the device did: calls, time, bytes and bandwidth of each kernel and copy");
  app.add_option("--trace", options.trace, "file for a timeline of the same, for ui.perfetto.dev or chrome://tracing")
      ->type_name("FILE");
}

std::optional<Profile> start_profile(const Device& device, const ProfileOptions& options) {
  if (!options.wanted()) return std::nullopt;
  if (!options.trace.empty()) check_writable(options.trace);
  return Profile(device);
}

std::optional<ProfileReport> finish_profile(std::optional<Profile>& profile, const Device& device,
                                            const ProfileOptions& options) {
  if (!profile) return std::nullopt;
  profile->stop();
  const std::vector<Activity> activities = profile->activities();
  const ProfileReport report{summarize(activities), profile->seconds()};
  if (!options.trace.empty()) write_file(options.trace, to_trace(activities, "lockstep on " + device.name()));
  if (options.table) note(fmt::format("profile of {}\n{}", device.name(), profile_table(report)));
  return report;
}

std::string profile_table(const ProfileReport& report) {
  std::vector<std::vector<std::string>> rows = {{"CALLS", "TIME", "SHARE", "BYTES", "GB/s", "WORK", "NAME"}};
  double busy = 0;
  for (const ProfileRow& row : report.rows) {
    busy += row.seconds;
    rows.push_back({format_count(row.calls), bench::time_text(row.seconds),
                    fmt::format("{:.1f}%", 100 * share(row, report)), row.bytes ? format_count(row.bytes) : "-",
                    gigabytes_per_second(row.bandwidth()), std::string(to_string(row.work)), row.name});
  }
  return format_table(rows, {0, 1, 2, 3, 4}) +
         fmt::format("{} of {} in the work above", bench::time_text(busy), bench::time_text(report.seconds));
}

nlohmann::ordered_json profile_json(const ProfileReport& report) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const ProfileRow& row : report.rows)
    rows.push_back({{"work", to_string(row.work)},
                    {"name", row.name},
                    {"calls", row.calls},
                    {"seconds", row.seconds},
                    {"share", share(row, report)},
                    {"bytes", row.bytes},
                    {"bytes_per_second", row.bandwidth()}});
  return {{"seconds", report.seconds}, {"rows", rows}};
}

}  // namespace lockstep::app
