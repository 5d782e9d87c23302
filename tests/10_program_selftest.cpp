#include <nlohmann/json.hpp>

#include "program.hpp"

using namespace lockstep::test;
using Json = nlohmann::json;

namespace {

Json device_named(const Json& list, const std::string& name) {
  for (const Json& device : list.at("devices"))
    if (device.at("name") == name) return device;
  return {};
}

}  // namespace

TEST_CASE("the self-test passes, and the list of devices remembers it until the cache is another") {
  const TemporaryFolder folder;
  const Surroundings around{.environment = {{"LOCKSTEP_CACHE_DIR", (folder / "cache").string()}}};
  const Json before = Json::parse(run_program({"devices", "--json"}, around).out);
  std::string name;
  for (const Json& device : before.at("devices"))
    if (device.at("kind") == "cpu") name = device.at("name");
  CHECK(device_named(before, name).at("self_test").is_null());

  const Outcome outcome = run_program({"selftest", "--json", "--device", name}, around);
  REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
  const Json json = Json::parse(outcome.out);
  CHECK(json.at("device") == name);
  CHECK(json.at("passed") == true);
  CHECK(json.at("checks").get<int>() > 500);
  CHECK(json.at("results").get<int>() > 1000000);
  CHECK(json.at("differences").empty());

  const Json after = Json::parse(run_program({"devices", "--json"}, around).out);
  CHECK(device_named(after, name).at("self_test").at("passed") == true);
  CHECK(device_named(after, name).at("self_test").at("when").get<std::string>().size() == 20);
  CHECK(run_program({"devices"}, around).out.find("passed") != std::string::npos);
  const Surroundings off{.environment = {{"LOCKSTEP_CACHE", "off"}}};
  CHECK(device_named(Json::parse(run_program({"devices", "--json"}, off).out), name).at("self_test").is_null());
}

TEST_CASE("a self-test on a terminal shows how far it is, unless it is to be quiet") {
  if (!std::filesystem::exists("/usr/bin/script")) {
    MESSAGE("skipped: there is no script(1), which makes a terminal");
    return;
  }
  const auto on_terminal = [](const std::string& options) {
    return run({"/usr/bin/script", "-qec", std::string("'") + LOCKSTEP_PROGRAM + "' selftest -d cpu:1 " + options,
                "/dev/null"},
               {.environment = {{"LOCKSTEP_CACHE", "off"}}})
        .out;
  };
  CHECK(on_terminal("").find("% ") != std::string::npos);
  CHECK(on_terminal("--quiet").find('%') == std::string::npos);
}

TEST_CASE("a spoilt record of self-tests is as if it were not there") {
  const TemporaryFolder folder;
  const Surroundings around{.environment = {{"LOCKSTEP_CACHE_DIR", folder.path().string()}}};
  for (const char* text : {"", "[]", "{", "{\"a\": 1}"}) {
    lockstep::write_file(folder / "selftest.json", text);
    CHECK(run_program({"devices"}, around).exit == 0);
  }
}

TEST_CASE("a self-test of a device that is not there, or with a wrong option, is refused") {
  check_refused(3, "opencl:77", {"selftest", "--device", "opencl:77"});
  check_refused(2, "--devise", {"selftest", "--devise", "cpu"});
}
