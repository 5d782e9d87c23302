#include <nlohmann/json.hpp>

#include "program.hpp"

using namespace lockstep::test;
using Json = nlohmann::json;

TEST_CASE("the list of devices has the CPU, with exact bits") {
  const Outcome table = run_program({"devices"});
  CHECK(table.exit == 0);
  CHECK(table.out.starts_with("NAME "));
  CHECK(table.out.find("\ncpu:") != std::string::npos);

  const Outcome outcome = run_program({"devices", "--json"});
  CHECK(outcome.exit == 0);
  const Json json = Json::parse(outcome.out);
  bool has_cpu = false;
  for (const Json& device : json.at("devices")) {
    if (device.at("kind") != "cpu") continue;
    has_cpu = true;
    CHECK(device.at("bits") == "exact");
    CHECK(device.at("difference") == "");
    CHECK(device.at("problem") == "");
    CHECK(device.at("has_f64") == true);
    CHECK(device.at("units").get<int>() >= 1);
    CHECK(device.at("memory").get<std::uint64_t>() > 1 << 20);
    CHECK(device.at("properties").is_object());
  }
  CHECK(has_cpu);
  for (const Json& missing : json.at("missing")) CHECK_FALSE(missing.at("reason").get<std::string>().empty());
}

TEST_CASE("every property is shown when asked for") {
  const Json json = Json::parse(run_program({"devices", "--json"}).out);
  const std::string text = run_program({"devices", "--verbose"}).out;
  for (const Json& device : json.at("devices"))
    for (const auto& [key, value] : device.at("properties").items()) {
      CHECK(text.find("  " + key + " ") != std::string::npos);
      CHECK(text.find(value.get<std::string>()) != std::string::npos);
    }
}
