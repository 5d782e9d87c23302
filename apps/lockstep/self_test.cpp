// lockstep selftest: are the device's bits the engine's own, for everything that a user can write?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "kept_self_test.hpp"
#include "lockstep/engine.hpp"
#include "lockstep/self_test.hpp"
#include "lockstep/version.hpp"
#include "progress_bar.hpp"
#include "terminal.hpp"

namespace lockstep::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostNames = 12;

struct Options {
  std::string device;
  bool json = false, quiet = false;
};

/// What a failed check means for the user: the first row whose word is part of its name.
struct Meaning {
  std::string_view word;
  std::string_view text;
};
constexpr Meaning kMeanings[] = {
    {"unfused",
     "The device's compiler makes one operation of a product and a sum. Every result that has both may differ "
     "in its last digit from other devices, and differences grow with the steps of a run."},
    {" to ", "Numbers are converted otherwise than on other devices, above all beyond the ends of a type."},
    {"random", "Runs with the same seed draw other numbers here than on other devices."},
    {"sum", "Sums, and all that is made of them (means, energies), are added in another order or rounded otherwise."},
    {"prod", "Products over arrays are made in another order or rounded otherwise."},
    {"reduction", "Reductions are made in another order or rounded otherwise."},
    {"",
     "An operation that results are made of gives other bits than on other devices: comparisons bit by bit and state "
     "hashes will not hold between them."},
};

std::string_view meaning_of(const std::string& name) {
  return std::find_if(std::begin(kMeanings), std::end(kMeanings),
                      [&](const Meaning& m) { return name.find(m.word) != std::string::npos; })
      ->text;
}

std::vector<const SelfCheck*> failed_checks(const SelfTestReport& report) {
  std::vector<const SelfCheck*> failed;
  for (const SelfCheck& check : report.checks)
    if (!check.passed) failed.push_back(&check);
  return failed;
}

std::string as_text(const Device& device, const SelfTestReport& report, double seconds) {
  const std::string driver = driver_of(device.info());
  std::string text =
      fmt::format("{} ({}{}{})\n", device.name(), device.info().description, driver.empty() ? "" : "; ", driver);
  const auto failed = failed_checks(report);
  const std::string amount =
      fmt::format("{} checks of {} results in {:.1f} s", report.checks.size(), report.results, seconds);
  if (failed.empty()) return text + amount + ": every bit is the engine's own.\n";
  const SelfCheck& first = *failed.front();
  text += fmt::format("{}: {} differ.\n\n{} differs{}{}\n{}\n", amount, failed.size(), first.name,
                      first.difference.empty() ? "." : ": ", first.difference, meaning_of(first.name));
  std::string names;
  for (std::size_t i = 1; i < std::min(failed.size(), kMostNames); ++i)
    names += (names.empty() ? "" : ", ") + failed[i]->name;
  if (!names.empty()) text += fmt::format("Also: {}{}\n", names, failed.size() > kMostNames ? ", ..." : "");
  return text;
}

std::string as_json(const Device& device, const SelfTestReport& report, double seconds) {
  Json differences = Json::array();
  for (const SelfCheck* check : failed_checks(report))
    differences.push_back({{"name", check->name},
                           {"version", check->version},
                           {"hash", fmt::format("{:016x}", check->hash)},
                           {"difference", check->difference},
                           {"meaning", meaning_of(check->name)}});
  const Json json = {{"version", version()},
                     {"device", device.name()},
                     {"description", device.info().description},
                     {"driver", driver_of(device.info())},
                     {"passed", report.passed()},
                     {"checks", report.checks.size()},
                     {"results", report.results},
                     {"seconds", seconds},
                     {"differences", differences}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

int run(const Options& options) {
  const Device device = Engine().open(options.device);
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  ProgressBar bar(0, options.quiet);
  const SelfTestReport report = full_self_test(device, [&](std::size_t done, std::size_t all) {
    bar.show(static_cast<double>(done) / static_cast<double>(all), passed());
  });
  bar.hide();
  const double seconds = passed();
  keep_self_test(device.info(), report.passed());
  print(options.json ? as_json(device, report, seconds) : as_text(device, report, seconds));
  return report.passed() ? kGood : kNo;
}

}  // namespace

Run setup_selftest(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("-d,--device", options->device, kDeviceHelp)->type_name("DEVICE");
  app.add_flag("--json", options->json, "print JSON");
  app.add_flag("-q,--quiet", options->quiet, "show no progress");
  app.footer(
      "Computes every function, conversion, reduction and kind of random number on every type, on fixed inputs full "
      "of\n"
      "special values, and compares hashes of the results with those that the program carries. What differs first is\n"
      "shown beside the engine's own result. 'lockstep devices' shows what was found, until the driver changes.\n"
      "JSON: version device description driver passed checks results seconds differences[]: name version hash\n"
      "difference meaning. Exit codes: 0 all bits are the engine's own, 1 some differ.\n\n"
      "Examples:\n"
      "  lockstep selftest --device opencl:0\n"
      "  lockstep selftest --json | jq .passed");
  return [options] { return run(*options); };
}

}  // namespace lockstep::app
