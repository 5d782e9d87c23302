// lockstep devices: what can be opened here, and why the rest cannot.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "commands.hpp"
#include "kept_self_test.hpp"
#include "lockstep/engine.hpp"
#include "lockstep/version.hpp"
#include "table.hpp"
#include "terminal.hpp"

namespace lockstep::app {
namespace {

using Json = nlohmann::ordered_json;

/// A listed device after an attempt to open it.
struct Checked {
  DeviceInfo info;
  BitStatus bits;
  std::string problem;  ///< why it does not open; then `bits` says nothing
  std::optional<KeptSelfTest> self_test{};

  std::string verdict() const {
    if (!problem.empty()) return "unusable";
    return bits.exact ? "exact" : "differ";
  }
  std::string tested() const { return !self_test ? "-" : self_test->passed ? "passed" : "failed"; }
};

Checked check(const Engine& engine, const DeviceInfo& info) {
  try {
    const Device device = engine.open(info.name);
    return {info, device.bits(), {}, kept_self_test(device.info())};
  } catch (const Error& error) {
    return {info, {}, error.message()};
  }
}

Json to_json(const Checked& device) {
  const DeviceInfo& info = device.info;
  Json kept = nullptr;
  if (device.self_test) kept = {{"passed", device.self_test->passed}, {"when", device.self_test->when}};
  Json properties = Json::object();
  for (const auto& [key, value] : info.properties) properties[key] = value;
  return {{"name", info.name},         {"kind", info.kind},        {"description", info.description},
          {"units", info.units},       {"memory", info.memory},    {"is_gpu", info.is_gpu},
          {"has_f64", info.has_f64},   {"bits", device.verdict()}, {"difference", device.bits.difference},
          {"problem", device.problem}, {"self_test", kept},        {"properties", properties}};
}

std::string as_json(const std::vector<Checked>& devices, const std::vector<BackendListing>& listings) {
  Json all = Json::array();
  for (const Checked& device : devices) all.push_back(to_json(device));
  Json missing = Json::array();
  for (const auto& [kind, listing] : listings)
    for (const std::string& reason : listing.problems) missing.push_back({{"kind", kind}, {"reason", reason}});
  const Json document = {{"version", version()}, {"devices", all}, {"missing", missing}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string as_table(const std::vector<Checked>& devices) {
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "KIND", "UNITS", "MEMORY", "F64", "BITS", "SELFTEST", "DESCRIPTION"}};
  for (const Checked& device : devices) {
    const DeviceInfo& info = device.info;
    rows.push_back({info.name, info.kind, std::to_string(info.units), format_bytes(info.memory),
                    info.has_f64 ? "yes" : "no", device.verdict(), device.tested(), info.description});
  }
  return format_table(rows, {2, 3});
}

std::string properties_of(const Checked& device) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, value] : device.info.properties) rows.push_back({"  " + key, value});
  return fmt::format("\n{}\n{}", device.info.name, format_table(rows, {}));
}

std::string as_text(const std::vector<Checked>& devices, const std::vector<BackendListing>& listings, bool verbose) {
  std::string text = as_table(devices);
  for (const Checked& device : devices) {
    if (!device.problem.empty()) text += fmt::format("{} cannot be opened: {}\n", device.info.name, device.problem);
    if (!device.bits.difference.empty())
      text += fmt::format("{} differs: {}\n", device.info.name, device.bits.difference);
    if (device.self_test) {
      const std::string driver = driver_of(device.info);
      text += fmt::format("{} {} its self-test on {}{}{}\n", device.info.name,
                          device.self_test->passed ? "passed" : "failed", device.self_test->when,
                          driver.empty() ? "" : " with ", driver);
    }
  }
  if (verbose)
    for (const Checked& device : devices) text += properties_of(device);
  std::string missing;
  for (const auto& [kind, listing] : listings)
    for (const std::string& reason : listing.problems) missing += fmt::format("  {}: {}\n", kind, reason);
  return missing.empty() ? text : text + "\nNot available:\n" + missing;
}

struct Options {
  bool json = false;
  bool verbose = false;
};

int run(const Options& options) {
  const Engine engine;
  const std::vector<BackendListing> listings = engine.list();
  std::vector<Checked> devices;
  for (const auto& [kind, listing] : listings)
    for (const DeviceInfo& info : listing.devices) devices.push_back(check(engine, info));
  print(options.json ? as_json(devices, listings) : as_text(devices, listings, options.verbose));
  return kGood;
}

}  // namespace

Run setup_devices(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_flag("--json", options->json, "print JSON");
  app.add_flag("-v,--verbose", options->verbose, "print every property of every device");
  app.footer(
      "BITS is 'exact' if the device's self-test computed the bits that the engine defines, 'differ' if not,\n"
      "'unusable' if the device does not open.\n"
      "SELFTEST is what the last 'lockstep selftest' found with this driver, '-' if there was none.\n"
      "JSON: version; devices[]: name kind description units memory is_gpu has_f64 bits difference problem\n"
      "self_test{passed when} properties{}; missing[]: kind reason.\n\n"
      "Examples:\n"
      "  lockstep devices\n"
      "  lockstep devices --json | jq -r '.devices[].name'");
  return [options] { return run(*options); };
}

}  // namespace lockstep::app
