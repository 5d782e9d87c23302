#include "kept_self_test.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"
#include "lockstep/version.hpp"

namespace lockstep::app {
namespace {

using Json = nlohmann::ordered_json;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Empty if nothing is to be kept.
std::filesystem::path file() {
  if (variable("LOCKSTEP_CACHE") == "off") return {};
  if (const std::string folder = variable("LOCKSTEP_CACHE_DIR"); !folder.empty())
    return std::filesystem::path(folder) / "selftest.json";
  if (const std::string base = variable("XDG_CACHE_HOME"); !base.empty())
    return std::filesystem::path(base) / "lockstep" / "selftest.json";
  const std::string home = variable("HOME");
  return home.empty() ? std::filesystem::path() : std::filesystem::path(home) / ".cache" / "lockstep" / "selftest.json";
}

Json read_all() try {
  const std::filesystem::path path = file();
  if (path.empty() || !std::filesystem::exists(path)) return Json::object();
  const Json json = Json::parse(read_file(path), nullptr, false);
  return json.is_object() ? json : Json::object();
} catch (const Error&) {
  return Json::object();
}

/// Everything that a result depends on.
std::string key_of(const DeviceInfo& device) {
  std::string key = fmt::format("{} | {} | {} | {}", version(), device.name, device.description, device.units);
  for (const auto& [name, value] : device.properties) key += fmt::format(" | {}={}", name, value);
  return key;
}

}  // namespace

std::optional<KeptSelfTest> kept_self_test(const DeviceInfo& device) {
  const Json all = read_all();
  const auto found = all.find(key_of(device));
  if (found == all.end() || !found->is_object()) return std::nullopt;
  const Json& entry = *found;
  if (!entry.contains("passed") || !entry["passed"].is_boolean() || !entry.contains("when") ||
      !entry["when"].is_string())
    return std::nullopt;
  return KeptSelfTest{entry["passed"].get<bool>(), entry["when"].get<std::string>()};
}

void keep_self_test(const DeviceInfo& device, bool passed) try {
  const std::filesystem::path path = file();
  if (path.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  Json all = read_all();
  all[key_of(device)] = {{"passed", passed}, {"when", fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)))}};
  write_file(path, all.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
} catch (const Error&) {
  // A result that cannot be kept is found again by the next run.
}

std::string driver_of(const DeviceInfo& device) {
  std::string text;
  for (const auto& [name, value] : device.properties)
    if (name.find("driver") != std::string::npos || name.find("version") != std::string::npos)
      text += (text.empty() ? "" : ", ") + name + " " + value;
  return text;
}

}  // namespace lockstep::app
