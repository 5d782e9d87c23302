// Profiles: counts and bytes are exact; times are only looked at for their order.
#include <nlohmann/json.hpp>
#include <thread>

#include "lockstep/particles/simulation.hpp"
#include "lockstep/profile.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;
using nlohmann::json;

namespace {

Scenario orbits(const std::string& precision, int count) {
  const std::vector<std::string> overrides = {"precision=" + precision,
                                              "particles.generate.count=" + std::to_string(count)};
  return parse_scenario(
      "[dynamics]\nname = 'orbit'\ntimestep = 1e-3\nsteps = 10\n"
      "[particles.generate]\nkind = 'disc'\nseed = 1\nradius = [0.2, 1.0]\nw = [0.5, 1.5]\ncount = 1\n",
      {}, overrides);
}

/// The rows of one kind of work together.
ProfileRow total(const Profile& profile, Work work) {
  ProfileRow sum{work, "", 0, 0, 0};
  for (const ProfileRow& row : summarize(profile.activities()))
    if (row.work == work) sum.calls += row.calls, sum.bytes += row.bytes, sum.seconds += row.seconds;
  return sum;
}

/// The name and the bytes of the one pass that `value` takes.
std::pair<std::string, std::uint64_t> pass_of(const Device& device, const Expr& value) {
  const Profile profile(device);
  device.evaluate(value);
  std::vector<Activity> all = profile.activities();
  std::erase_if(all, [](const Activity& a) { return a.work != Work::pass; });
  REQUIRE(all.size() == 1);
  return {all.front().name, all.front().bytes};
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "a run of 100 particles moves 2,400 bytes to the device and 1,600 back") {
  for (const auto& [type, size] : {std::pair{"f64", 8}, std::pair{"f32", 4}}) {
    const std::string precision = type;  // clang 14 captures no structured binding
    const auto bytes = static_cast<std::uint64_t>(size);
    if (precision == "f64" && !device.info().has_f64) continue;
    CAPTURE(precision);
    const Profile profile(device);
    Simulation simulation(device, orbits(precision, 100));
    simulation.advance(1);
    CHECK(simulation.positions()[0].size() == 100);
    CHECK(total(profile, Work::upload).calls == 3);  // x, y, w
    CHECK(total(profile, Work::upload).bytes == 3 * 100 * bytes);
    CHECK(total(profile, Work::download).calls == 2);  // x, y
    CHECK(total(profile, Work::download).bytes == 2 * 100 * bytes);
    // x and y read and written, w read, vx and vy written.
    CHECK(total(profile, Work::launch).calls == 1);
    CHECK(total(profile, Work::launch).bytes == 7 * 100 * bytes);
    // The velocities are zeroed on the device.
    CHECK(total(profile, Work::pass).calls == 2);
    CHECK(total(profile, Work::pass).bytes == 2 * 100 * bytes);
  }
}

TEST_CASE_FIXTURE(OnDevice, "the whole state takes positions and velocities from the device, and nothing twice") {
  Simulation simulation(device, orbits("f32", 100));
  simulation.advance(1);
  const Profile profile(device);
  const State state = simulation.state();
  const auto [x, y] = simulation.positions();
  CHECK(state.particles.x == x);
  CHECK(state.particles.y == y);
  CHECK(total(profile, Work::download).calls == 4 + 2);
  CHECK(total(profile, Work::download).bytes == (4 + 2) * 400);
  CHECK(total(profile, Work::upload).calls == 0);
}

TEST_CASE_FIXTURE(OnDevice, "a pass has the bytes of its operands, each element once") {
  const Array x = device.array(std::vector<float>(1000, 1)), y = device.array(std::vector<float>(1000, 2));
  const Array row = device.array(std::vector<float>(10, 3)), grid = x.reshape({100, 10});
  const auto bytes = [&](const Expr& value) { return pass_of(device, value).second; };
  CHECK(bytes(x + 3 * Expr(y)) == 3 * 4000);
  CHECK(bytes(Expr(x) * x) == 2 * 4000);
  CHECK(bytes(grid + Expr(row)) == 4000 + 40 + 4000);
  CHECK(bytes(sum(x)) == 4000 + 4);
  CHECK(bytes(sum(grid, 0)) == 4000 + 40);
  CHECK(bytes(argmax(x)) == 4000 + 8);
  CHECK(bytes(cast(arange(7), DType::i32)) == 28);
  CHECK(bytes(Expr(x.slice({Slice{0, 1000, 2}})) + 1) == 2 * 2000);
  CHECK(bytes(sum(x.slice({Slice{0, 0}}))) == 4);  // a fold of nothing writes its identity
}

TEST_CASE_FIXTURE(OnDevice, "a pass is called by its formula") {
  const Array x = device.array(std::vector<float>(10, 1)), y = device.array(std::vector<float>(10, 2));
  const Array g = x.reshape({5, 2});
  const auto name = [&](const Expr& value) { return pass_of(device, value).first; };
  CHECK(name(sqrt(x * Expr(x) + y * Expr(y))) == "sqrt(a*a + b*b)");
  CHECK(name((x + Expr(y)) * (x - Expr(y))) == "(a + b)*(a - b)");
  CHECK(name(x - (y - Expr(x))) == "a - (b - a)");
  CHECK(name(-Expr(x) / (y * 2.5)) == "-a/(b*2.5)");
  CHECK(name(-(x + Expr(y))) == "-(a + b)");
  CHECK(name(where(x > 0 && y > 1, x, 0)) == "where(a > 0 and b > 1, a, 0)");
  CHECK(name(!(x > 0)) == "not a > 0");
  CHECK(name(cast(x, DType::i32) % 3) == "i32(a)%3");
  CHECK(name(sum(x * Expr(y))) == "sum(a*b)");
  CHECK(name(sum(g, 1)) == "sum(a, axis=1)");
  CHECK(name(index(0) + Expr(x)) == "index(0) + a");
  Expr deep = x;
  for (int i = 0; i < 200; ++i) deep = deep * deep;  // 2^200 leaves
  CHECK(name(deep).size() == 60);
  CHECK(name(deep).ends_with("..."));
}

TEST_CASE_FIXTURE(OnDevice, "a compilation is recorded where it happens, and not again") {
  const Array x = device.array(std::vector<float>(10, 1));
  const Profile profile(device);
  for (int i = 0; i < 3; ++i) device.evaluate(x * literal(1234.5) + (i + 1));
  CHECK(total(profile, Work::compile).calls == 1);
  CHECK(total(profile, Work::pass).calls == 3);
  // The parameter that changes gives the row no new name.
  CHECK(summarize(profile.activities()).size() == 2);
}

TEST_CASE_FIXTURE(OnDevice, "a recording begins with its profile, ends with stop, and there is one at a time") {
  const Array x = device.array(std::vector<float>(10, 1));
  device.evaluate(x + 1);
  Profile profile(device);
  CHECK(profile.activities().empty());
  CHECK(failure(Code::bad_argument, "another Profile", [&] { Profile second(device); }) == "");
  device.evaluate(x + 1);
  CHECK(total(profile, Work::pass).calls == 1);
  Profile moved = std::move(profile);
  device.evaluate(x + 1);
  moved.stop();
  moved.stop();
  const double seconds = moved.seconds();
  device.evaluate(x + 1);
  CHECK(total(moved, Work::pass).calls == 2);
  CHECK(moved.seconds() == seconds);
  const Profile next(device);
  CHECK(next.activities().empty());
}

TEST_CASE_FIXTURE(OnDevice, "a profile that outlives all other handles keeps its device open") {
  std::optional<Profile> profile;
  {
    const Device own = Engine().open("cpu:1");
    profile.emplace(own);
    own.evaluate(cast(arange(5), DType::f32));
  }
  CHECK(total(*profile, Work::pass).calls == 1);
  device.evaluate(cast(arange(5), DType::f32));
}

TEST_CASE_FIXTURE(OnDevice, "work of a stream lies in order, within the recording, however much there is") {
  const Array x = device.array(std::vector<float>(10, 1));
  Profile profile(device);
  for (int i = 0; i < 1500; ++i) device.evaluate(x + 1);
  const std::vector<Activity> all = profile.activities();
  profile.stop();
  CHECK(total(profile, Work::pass).calls == 1500);
  double last = 0;
  for (const Activity& a : all) {
    if (a.work == Work::compile) continue;
    REQUIRE(a.stream == 0);
    REQUIRE(a.begin >= last);
    REQUIRE(a.end >= a.begin);
    last = a.end;
  }
  // The device's clock may run a little fast.
  CHECK(last <= profile.seconds() * 1.01 + 1e-3);
}

TEST_CASE_FIXTURE(OnDevice, "streams have numbers, and threads may work while others record") {
  const Array x = device.array(std::vector<float>(1000, 1));
  const Profile profile(device);
  device.evaluate(x + 1);
  const Stream stream = device.make_stream();
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) stream.evaluate(x + 2);
  });
  for (int i = 0; i < 50; ++i) CHECK(profile.activities().size() >= 1);
  other.join();
  std::map<int, int> passes;
  for (const Activity& a : profile.activities())
    if (a.work == Work::pass) ++passes[a.stream];
  CHECK(passes == std::map<int, int>{{0, 1}, {1, 50}});
}

TEST_CASE("rows of a profile add up and stand in the order of their time") {
  const std::vector<Activity> all = {{Work::pass, "a", 0, 100, 1, 2},
                                     {Work::launch, "a", 0, 10, 2, 5},
                                     {Work::pass, "b", 1, 0, 2, 4},
                                     {Work::pass, "a", 0, 300, 5, 5.5}};
  const std::vector<ProfileRow> rows = summarize(all);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].work == Work::launch);
  CHECK(rows[1].name == "b");
  CHECK(rows[1].bandwidth() == 0);
  CHECK(rows[2].calls == 2);
  CHECK(rows[2].seconds == 1.5);
  CHECK(rows[2].bytes == 400);
  CHECK(rows[2].bandwidth() == 400 / 1.5);
  CHECK(summarize({}).empty());
}

TEST_CASE("a timeline is JSON with an event for each piece of work, whatever it is called") {
  const std::vector<Activity> all = {{Work::compile, "x \"y\"\n\\", 0, 0, 0, 1e-6},
                                     {Work::pass, "a < b", 1, 4000, 1e-6, 3e-6}};
  const json document = json::parse(to_trace(all, "lockstep on \"cpu\""));
  const json& events = document["traceEvents"];
  std::vector<json> work, names;
  for (const json& event : events) (event["ph"] == "X" ? work : names).push_back(event);
  REQUIRE(work.size() == 2);
  CHECK(names.size() == 4);  // the process, the host, two streams
  CHECK(names[0]["args"]["name"] == "lockstep on \"cpu\"");
  CHECK(work[0]["name"] == "x \"y\"\n\\");
  CHECK(work[0]["cat"] == "compile");
  CHECK(work[0]["tid"] == 0);
  CHECK(work[1]["tid"] == 2);
  CHECK(work[1]["ts"] == 1.0);
  CHECK(work[1]["dur"] == 2.0);
  CHECK(work[1]["args"]["bytes"] == 4000);
  CHECK(work[1]["args"]["GB/s"] == 2.0);
  CHECK(json::parse(to_trace({}, ""))["traceEvents"].size() == 2);
}
