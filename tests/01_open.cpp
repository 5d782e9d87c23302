// Rung 1 of the ladder: devices are listed, opened by name, and refused with a reason.

#include <set>

#include "fake_backend.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

Engine engine_with(FakeOptions options) {
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(std::make_unique<FakeBackend>(std::move(options)));
  return Engine(std::move(backends));
}

}  // namespace

TEST_CASE("the device under test says what it is") {
  const Device device = test::device();
  const DeviceInfo& info = device.info();
  const std::string asked = device_name();
  CHECK(info.kind == asked.substr(0, asked.find(':')));
  CHECK(info.name.rfind(info.kind + ":", 0) == 0);
  if (asked.find(':') != std::string::npos) CHECK(info.name == asked);
  CHECK(device.name() == info.name);
  CHECK_FALSE(info.description.empty());
  CHECK(info.memory > 0);
  CHECK(info.units >= 1);
}

TEST_CASE("the device under test has the bits that the engine defines, or says which differ") {
  const BitStatus& bits = test::device().bits();
  CHECK(bits.exact == bits.difference.empty());
  if (test::device().info().kind == "cpu") CHECK_MESSAGE(bits.exact, bits.difference);
}

TEST_CASE("the list has each kind once, with devices or a reason, and its names open") {
  const Engine engine;
  std::set<std::string> kinds, names;
  for (const BackendListing& backend : engine.list()) {
    CHECK(kinds.insert(backend.kind).second);
    CHECK_FALSE((backend.listing.devices.empty() && backend.listing.problems.empty()));
    for (const DeviceInfo& info : backend.listing.devices) {
      CHECK(names.insert(info.name).second);
      CHECK(info.kind == backend.kind);
    }
    for (const std::string& problem : backend.listing.problems) CHECK_FALSE(problem.empty());
  }
  CHECK(kinds.contains("cpu"));
  CHECK(engine.open("cpu").info().kind == "cpu");
}

TEST_CASE("a name that does not parse is refused and repeated in the message") {
  const Engine engine;
  for (const std::string name : {"cpu:", "cpu:x", "cpu:-1", "cpu:1.5", "cpu:4:4", ":1", "cpu:4 ", "CPU:1 ", "cpu:+1",
                                 "cpu:99999999999", "cpu:0", "cpu:18446744073709551617", ":", "cpu:4,2", "cpu:0x2"}) {
    CAPTURE(name);
    CHECK(failure(Code::bad_argument, name, [&] { engine.open(name); }) == "");
  }
}

TEST_CASE("a kind that this build lacks is refused, and the message names the kinds that it has") {
  const Engine engine;
  for (const std::string name : {"gpu:0", "toaster", "toaster:3", "CPU", "auto:1", "cpu4", "cpu 4", " cpu"}) {
    CAPTURE(name);
    const std::string kind = name.substr(0, name.find(':'));
    CHECK(failure(Code::no_device, "'" + kind + "'", [&] { engine.open(name); }) == "");
    CHECK(failure(Code::no_device, "auto, ", [&] { engine.open(name); }) == "");
  }
}

TEST_CASE("a device that is not there is no_device with the reason, and never another one") {
  const Engine engine;
  std::set<std::string> kinds;
  for (const BackendListing& backend : engine.list()) {
    kinds.insert(backend.kind);
    if (backend.kind == "cpu") continue;
    const std::string absent = backend.kind + ":9999";
    CHECK(failure(Code::no_device, absent, [&] { engine.open(absent); }) == "");
  }
  for (const char* kind : {"cuda", "opencl"})
    if (!kinds.contains(kind))
      CHECK(failure(Code::no_device, kind, [&] { engine.open(std::string(kind) + ":0"); }) == "");
}

TEST_CASE("cpu:N has N threads, cpu has one per core") {
  const Engine engine;
  CHECK(engine.open("cpu:3").info().units == 3);
  CHECK(engine.open("cpu:3").name() == "cpu:3");
  CHECK(engine.open("cpu").info().units >= 1);
}

TEST_CASE("a variable of the CPU that has no meaning is refused by name") {
  for (const char* variable : {"LOCKSTEP_CPU_JIT", "LOCKSTEP_CPU_ISA"}) {
    const Environment unknown(variable, "fast");
    CHECK(failure(Code::bad_argument, variable, [] { Engine().open("cpu:11"); }) == "");
    CHECK(failure(Code::bad_argument, "fast", [] { Engine().open("cpu:11"); }) == "");
  }
  const Environment on("LOCKSTEP_CPU_JIT", "on");
  CHECK(Engine().open("cpu:11").name() == "cpu:11");
}

TEST_CASE("auto opens some device, and LOCKSTEP_DEVICE names the default") {
  const Engine engine;
  CHECK(engine.open("auto").info().units >= 1);
  {
    const Environment set("LOCKSTEP_DEVICE", "cpu:2");
    CHECK(engine.open().name() == "cpu:2");
    CHECK(engine.open("cpu:1").name() == "cpu:1");
  }
  {
    const Environment set("LOCKSTEP_DEVICE", "");
    CHECK(engine.open() == engine.open("auto"));
  }
  const Environment set("LOCKSTEP_DEVICE", "cpu:many");
  CHECK(failure(Code::bad_argument, "LOCKSTEP_DEVICE: 'cpu:many'", [&] { engine.open(); }) == "");
  CHECK(engine.open("cpu:1").name() == "cpu:1");
}

TEST_CASE("opening an open device gives the same one, and other options are refused") {
  const Engine engine;
  const Device first = engine.open("cpu:2"), second = engine.open("cpu:2");
  CHECK(first == second);
  CHECK_FALSE(first == engine.open("cpu:1"));
  CHECK(failure(Code::bad_argument, "cpu:2", [&] { engine.open("cpu:2", {.memory_budget = 1 << 20}); }) == "");
  const Device limited = engine.open("cpu:5", {.memory_budget = 1 << 20});
  CHECK(limited == engine.open("cpu:5", {.memory_budget = 1 << 20}));
  CHECK(limited.memory().limit == 1 << 20);
}

TEST_CASE("a device outlives the engine that opened it") {
  std::optional<Engine> engine(std::in_place);
  const Device device = engine->open("cpu:2");
  const Array x = device.array({1.0f, 2.0f});
  engine.reset();
  CHECK(item<float>(sum(x + x)) == 6);
}

TEST_CASE("a backend's own devices and problems are listed") {
  const Engine engine = engine_with({.devices = 2, .problems = {"the driver is too old"}});
  const std::vector<BackendListing> list = engine.list();
  REQUIRE(list.size() == 1);
  CHECK(list[0].kind == "fake");
  CHECK(list[0].listing.devices.size() == 2);
  CHECK(list[0].listing.problems == std::vector<std::string>{"the driver is too old"});
  CHECK(engine.open("fake:1").name() == "fake:1");
  CHECK(engine.open("auto").name() == "fake:0");
}

TEST_CASE("the reason why a kind has no device reaches the one who asks for it") {
  const Engine engine = engine_with({.devices = 0, .problems = {"the driver is too old"}});
  CHECK(failure(Code::no_device, "the driver is too old", [&] { engine.open("fake:0"); }) == "");
  CHECK(failure(Code::no_device, "the driver is too old", [&] { engine.open("auto"); }) == "");
}

TEST_CASE("an engine without backends says so") {
  const Engine engine{std::vector<std::unique_ptr<Backend>>{}};
  CHECK(engine.list().empty());
  CHECK(failure(Code::no_device, "", [&] { engine.open("auto"); }) == "");
}

TEST_CASE("a device whose allocation fails gives out_of_memory and goes on") {
  const auto memory = std::make_shared<FakeMemory>();
  const Device device = engine_with({.devices = 1, .memory = memory}).open("fake:0");
  const std::vector<float> values{1, 2, 3};
  const Array kept = device.array(values);
  memory->failures_left = 1000000;
  CHECK(failure(Code::out_of_memory, "4096 bytes requested", [&] { device.empty({1024}, DType::f32); }) == "");
  CHECK(failure(Code::out_of_memory, "the fake device has no memory", [&] { device.empty({1}, DType::f32); }) == "");
  memory->failures_left = 0;
  CHECK(kept.to_host<float>() == values);
  CHECK(device.empty({1024}, DType::f32).size() == 1024);
}

TEST_CASE("a lost device is opened anew by each of its names, while handles of it live") {
  const auto memory = std::make_shared<FakeMemory>();
  const Engine engine = engine_with({.devices = 1, .memory = memory});
  const Device lost = engine.open("fake:0");
  CHECK(engine.open("fake") == lost);
  ++memory->losses;
  const Device fresh = engine.open("fake", {.memory_budget = 1 << 20});  // its options are its own too
  CHECK_FALSE(fresh == lost);
  CHECK(engine.open("fake:0", {.memory_budget = 1 << 20}) == fresh);
  CHECK(engine.open("auto", {.memory_budget = 1 << 20}) == fresh);
}

TEST_CASE("a refused allocation is asked for once more after the cache was freed") {
  const auto memory = std::make_shared<FakeMemory>();
  const Device device = engine_with({.devices = 1, .memory = memory}).open("fake:0");
  { const Array gone = device.empty({1 << 16}, DType::f32); }
  CHECK(device.memory().cached >= (1u << 18));
  memory->failures_left = 1;
  const Array large = device.empty({1 << 20}, DType::f32);
  CHECK(memory->failures_left == 0);
  CHECK(device.memory().cached < (1u << 18));
}

TEST_CASE("a fake device's memory is given back when the last array goes") {
  const auto memory = std::make_shared<FakeMemory>();
  {
    Array last;
    {
      const Device device = engine_with({.devices = 1, .memory = memory}).open("fake:0");
      last = device.empty({100}, DType::f64);
    }
    CHECK(memory->live >= 800);
  }
  CHECK(memory->live == 0);
}
