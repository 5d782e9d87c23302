#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "lockstep/version.hpp"
#include "report.hpp"

namespace lockstep::bench {
namespace {

using Json = nlohmann::ordered_json;

std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%FT%T%z", &parts);
  return text.data();
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

Json context(const Suite& suite, const std::string& command) {
  Json caches = Json::array(), devices = Json::array();
  for (const CacheLevel& cache : suite.caches())
    caches.push_back({{"type", cache.level == 1 ? "Data" : "Unified"}, {"level", cache.level}, {"size", cache.bytes}});
  for (const Device& device : suite.devices()) {
    const DeviceInfo& info = device.info();
    Json properties = Json::object();
    for (const auto& [key, value] : info.properties) properties[key] = value;
    devices.push_back({{"name", info.name},
                       {"description", info.description},
                       {"units", info.units},
                       {"bits", device.bits().exact ? "exact" : "differ"},
                       {"properties", properties}});
  }
  std::array<double, 3> load{};
  const int loads = ::getloadavg(load.data(), 3);
  Json context = {
      {"date", local_time()}, {"host_name", host_name()},      {"executable", "lockstep"},
      {"command", command},   {"lockstep_version", version()}, {"num_cpus", std::thread::hardware_concurrency()},
      {"caches", caches},     {"load_avg", Json::array()},     {"devices", devices}};
  for (int i = 0; i < loads; ++i) context["load_avg"].push_back(load[static_cast<std::size_t>(i)]);
  return context;
}

std::vector<double> nanoseconds(const std::vector<double>& seconds) {
  std::vector<double> all;
  for (const double s : seconds) all.push_back(s * 1e9);
  return all;
}

Json entry(const std::string& name, const std::vector<double>& seconds, std::uint64_t times, const Row& row) {
  const Summary summary = summarize(seconds);
  Json json = {{"name", name},
               {"run_name", name},
               {"run_type", "iteration"},
               {"repetitions", 1},
               {"repetition_index", 0},
               {"threads", 1},
               {"iterations", times * seconds.size()},
               {"real_time", summary.median * 1e9},
               {"cpu_time", summary.median * 1e9},
               {"time_unit", "ns"},
               {"items_per_second", static_cast<double>(row.job.n) / summary.median}};
  if (row.bytes() > 0) json["bytes_per_second"] = row.bytes() / summary.median;
  if (row.flops() > 0) json["flops_per_second"] = row.flops() / summary.median;
  json["quartiles"] = {summary.low * 1e9, summary.high * 1e9};
  json["samples"] = nanoseconds(seconds);
  return json;
}

void describe(Json& json, const Row& row) {
  json["case"] = row.job.row->name;
  json["type"] = to_string(row.job.type);
  json["elements"] = row.job.n;
  json["level"] = row.level;
  json["device"] = row.device;
}

/// Of a row without a time. Beside the others, because Google Benchmark's compare.py needs a time of every entry.
Json failure_entry(const std::string& name, const Row& row) {
  const std::string why = !row.wrong.empty()     ? "wrong: " + row.wrong
                          : !row.skipped.empty() ? "skipped: " + row.skipped
                                                 : "not timed";
  Json json = {{"name", name}, {"error_occurred", true}, {"error_message", why}};
  describe(json, row);
  json["verified"] = row.wrong.empty() && row.skipped.empty();
  return json;
}

Json device_entry(const std::string& name, const Row& row, const Row& first) {
  Json json = entry(name, row.samples.seconds, row.samples.times, row);
  json["cpu_time"] = row.samples.cpu_seconds * 1e9;
  describe(json, row);
  json["verified"] = true;
  json["same_bits"] = row.same_bits;
  if (&row != &first && first.timed()) json["ratio_to_first_device"] = first.seconds() / row.seconds();
  if (row.limit_seconds() > 0) json["limit_share"] = row.limit_seconds() / row.seconds();
  if (!row.least.by.empty()) json["limit_by"] = row.least.by;
  if (row.peer) json["peer_ratio"] = row.peer->median() / row.seconds();
  return json;
}

Json limits_json(const std::vector<MachineLimits>& limits) {
  constexpr const char* kKinds[] = {"bandwidth", "throughput", "transfer"};
  Json all = Json::array();
  for (const MachineLimits& of : limits)
    for (const MachineLimit& limit : of.all)
      all.push_back({{"device", of.device},
                     {"way", of.way},
                     {"kind", kKinds[static_cast<std::size_t>(limit.kind)]},
                     {"name", limit.name},
                     {"type", to_string(limit.type)},
                     {"per_second", limit.per_second}});
  return all;
}

}  // namespace

std::string to_json(const std::vector<Row>& rows, const Suite& suite, const std::vector<MachineLimits>& limits,
                    const std::string& command) {
  Json benchmarks = Json::array(), failures = Json::array();
  std::set<const Beside*> written;  // several CPUs have the same loops beside them
  const bool several = suite.devices().size() > 1;
  const Row* first = nullptr;
  for (const Row& row : rows) {
    if (!first || first->job.name() != row.job.name()) first = &row;
    const std::string name = row.job.name();
    const std::string full_name = several ? name + "/" + row.device : name;
    if (!row.timed()) failures.push_back(failure_entry(full_name, row));
    if (row.timed()) benchmarks.push_back(device_entry(full_name, row, *first));
    std::vector<std::pair<std::string, std::shared_ptr<const Beside>>> besides = {{"limit", row.limit},
                                                                                  {"peer", row.peer}};
    for (const auto& library : row.libraries) besides.emplace_back(library->name, library);
    for (const auto& [kind, beside] : besides) {
      if (!beside || !written.insert(beside.get()).second) continue;
      Json json = entry(fmt::format("{}/{}", kind, name), beside->seconds, beside->times, row);
      describe(json, row);
      json["device"] = kind;
      json["way"] = beside->way;
      json["verified"] = true;
      benchmarks.push_back(json);
    }
  }
  Json document = {{"context", context(suite, command)}, {"benchmarks", benchmarks}};
  if (!failures.empty()) document["failures"] = failures;
  if (!limits.empty()) document["limits"] = limits_json(limits);
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep::bench
