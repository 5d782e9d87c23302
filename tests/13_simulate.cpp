#include <doctest/doctest.h>
#include <xxhash.h>

#include <cmath>
#include <cstdio>
#include <tuple>

#include "files.hpp"
#include "lockstep/particles/simulation.hpp"
#include "support.hpp"

using namespace lockstep;

namespace {

using Overrides = std::vector<std::string>;

Scenario textbook(const Overrides& overrides = {}) {
  return load_scenario(LOCKSTEP_SOURCE_DIR "/apps/scenarios/textbook.toml", overrides);
}

Scenario crowd(const std::string& precision, int count = 5000) {
  return parse_scenario(
      "[dynamics]\nname = 'orbit'\ntimestep = 1e-2\nsteps = 200\n[output]\nevery = 40\n"
      "[particles.generate]\nkind = 'disc'\nseed = 42\nradius = [0.1, 2.0]\nw = [-1.0, 3.0]\ncount = " +
          std::to_string(count),
      {}, Overrides{"precision=" + precision});
}

State final_state(const Device& device, Scenario scenario) {
  Simulation simulation(device, std::move(scenario));
  simulation.run();
  return simulation.state();
}

std::string final_hash(const std::string& device, const Scenario& scenario) {
  return state_hash(final_state(Engine().open(device), scenario));
}

double quantity(const Simulation& simulation, const Diagnostics& row, std::string_view name) {
  for (std::size_t q = 0; q < simulation.quantities().size(); ++q)
    if (simulation.quantities()[q].name == name) return row.values[q];
  throw std::runtime_error("no quantity " + std::string(name));
}

constexpr double kTextbookX[] = {0.21026984503568258, -0.099334766056735815, 0.19135850382526412};
constexpr double kTextbookY[] = {0.5438635787296997, -0.4900342888538049, -0.36522722107443606};

}  // namespace

TEST_CASE("the textbook run ends where it must") {
  const Device device = test::device();
  for (const auto& [type, bound] : {std::pair{"f64", 1e-13}, std::pair{"f32", 1e-5}}) {
    const auto precision = type;  // clang 14 captures no structured binding
    CAPTURE(precision);
    const State end = final_state(device, textbook({std::string("precision=") + precision}));
    CHECK(end.step == 10000);
    REQUIRE(end.particles.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(end.particles.x[i] - kTextbookX[i]) < bound);
      CHECK(std::abs(end.particles.y[i] - kTextbookY[i]) < bound);
    }
  }
}

TEST_CASE("the textbook run has its stored hash") {
  const Device device = test::device();
  CHECK(state_hash(final_state(device, textbook())) == "167c3ca3b79c1585d17fe28b8d7eda24");
  CHECK(state_hash(final_state(device, textbook({"precision=f32"}))) == "84ec19171a7c2106550f21502fcf8955");
}

TEST_CASE("the squared radius grows by (h w)^2 in each step") {
  const Scenario scenario = crowd("f64");
  const Particles start = load_particles(scenario.particles, DType::f64);
  const State end = final_state(test::device(), scenario);
  const double h = scenario.timestep, n = static_cast<double>(scenario.steps);
  for (std::size_t i = 0; i < start.size(); ++i) {
    const double r0 = start.x[i] * start.x[i] + start.y[i] * start.y[i];
    const double rn = end.particles.x[i] * end.particles.x[i] + end.particles.y[i] * end.particles.y[i];
    const double expected = r0 + n * (h * start.w[i]) * (h * start.w[i]);
    REQUIRE(std::abs(rn - expected) <= 1e-12 * expected);
  }
}

TEST_CASE("a run has the same bits on any number of threads") {
  for (const std::string precision : {"f32", "f64"}) {
    const Scenario scenario = crowd(precision);
    const std::string one = final_hash("cpu:1", scenario);
    CHECK(one == final_hash("cpu:2", scenario));
    CHECK(one == final_hash("cpu:7", scenario));
    CHECK(one == state_hash(final_state(test::device(), scenario)));
  }
}

TEST_CASE("a run has the same bits however its steps are divided") {
  const Device device = test::device();
  for (const std::string precision : {"f32", "f64"}) {
    const Scenario scenario = crowd(precision);
    const std::string whole = state_hash(final_state(device, scenario));
    for (const std::int64_t part : {1, 7, 100, 200}) {
      Simulation simulation(device, scenario);
      while (simulation.step() < scenario.steps) simulation.advance(std::min(part, scenario.steps - simulation.step()));
      CHECK(state_hash(simulation.state()) == whole);
    }
  }
}

TEST_CASE("the hash covers every part of the state") {
  const Device device = test::device();
  State state = final_state(device, crowd("f64", 50));
  const std::string hash = state_hash(state);
  CHECK(state_hash(state) == hash);
  const auto changed = [&](auto change) {
    State other = state;
    change(other);
    return state_hash(other) != hash;
  };
  CHECK(changed([](State& s) { s.dynamics = "other"; }));
  CHECK(changed([](State& s) { s.precision = DType::f32; }));
  CHECK(changed([](State& s) { ++s.step; }));
  CHECK(changed([](State& s) { ++s.particles.id.back(); }));
  for (auto column : {&Particles::x, &Particles::y, &Particles::w, &Particles::vx, &Particles::vy}) {
    CHECK(changed([&](State& s) { (s.particles.*column)[49] = std::nextafter((s.particles.*column)[49], 10.0); }));
    CHECK(changed([&](State& s) { (s.particles.*column)[0] = -(s.particles.*column)[0]; }));
  }
}

TEST_CASE("the hash is that of the documented bytes") {
  State state;
  state.dynamics = "orbit";
  state.precision = DType::f32;
  state.step = 258;
  state.particles = {{5}, {1.0}, {-2.0}, {-0.0}, {std::nan("7")}, {0.5}};
  const unsigned char bytes[] =
      "lockstep-state-1\norbit\nf32\n"
      "\x02\x01\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0"
      "\0\0\x80\x3f\0\0\0\xc0\0\0\xc0\x7f\0\0\0\x3f\0\0\0\x80";
  const XXH128_hash_t hash = XXH3_128bits(bytes, sizeof(bytes) - 1);
  char digits[33];
  std::snprintf(digits, sizeof(digits), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  CHECK(state_hash(state) == digits);
}

TEST_CASE("no particles and no steps are runs") {
  const Device device = test::device();
  for (const std::string precision : {"precision=f32", "precision=f64"}) {
    Simulation empty(device, textbook({precision, "particles.inline=[]"}));
    std::vector<Diagnostics> rows;
    RunOptions options;
    options.diagnostics = [&](const Diagnostics& row) { rows.push_back(row); };
    empty.run(options);
    CHECK(empty.step() == 10000);
    CHECK(empty.state().particles.size() == 0);
    CHECK(rows.size() == 11);
    CHECK(quantity(empty, rows.back(), "kinetic") == 0);
    CHECK(std::isnan(quantity(empty, rows.back(), "r_mean")));

    Simulation still(device, textbook({precision, "dynamics.steps=0"}));
    rows.clear();
    still.run(options);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].step == 0);
    const Particles end = still.state().particles;
    CHECK(end.x == load_particles(still.scenario().particles, still.scenario().precision).x);
    CHECK(end.vx == std::vector<double>{0, 0, 0});
    CHECK(end.vy == std::vector<double>{0, 0, 0});
  }
}

TEST_CASE("a particle at the origin and one without speed stay in a run") {
  const State end = final_state(test::device(), textbook({"particles.inline=[{x=0,y=0,w=2},{x=3,y=4,w=0}]"}));
  CHECK(end.particles.x == std::vector<double>{0, 3});
  CHECK(end.particles.y == std::vector<double>{0, 4});
  CHECK(end.particles.vx == std::vector<double>{0, -0.8});
  CHECK(end.particles.vy == std::vector<double>{0, 0.6});
}

TEST_CASE("diagnostics are what their names say") {
  const Overrides overrides = {"particles.inline=[{x=0,y=0,w=9},{x=3,y=4,w=2},{x=0,y=-2,w=-1}]"};
  Simulation simulation(test::device(), textbook(overrides));
  const Diagnostics row = simulation.diagnostics();
  CHECK(row.step == 0);
  CHECK(row.time == 0);
  CHECK(quantity(simulation, row, "kinetic") == 2.5);
  CHECK(quantity(simulation, row, "momentum_x") == doctest::Approx(-0.8 * 2 - 1).epsilon(1e-15));
  CHECK(quantity(simulation, row, "momentum_y") == doctest::Approx(0.6 * 2).epsilon(1e-15));
  CHECK(quantity(simulation, row, "angular") == 10 - 2);
  CHECK(quantity(simulation, row, "r_mean") == doctest::Approx(7.0 / 3).epsilon(1e-15));
  CHECK(quantity(simulation, row, "r_min") == 0);
  CHECK(quantity(simulation, row, "r_max") == 5);
}

TEST_CASE("diagnostics have the same bits on any number of threads") {
  const auto values = [](const Device& device) {
    Simulation simulation(device, crowd("f32", 20000));
    simulation.advance(10);
    return simulation.diagnostics().values;
  };
  const std::vector<double> one = values(Engine().open("cpu:1"));
  CHECK(!test::first_difference(one, values(Engine().open("cpu:7"))));
  CHECK(!test::first_difference(one, values(test::device())));
}

TEST_CASE("a moment's diagnostics are one pass over memory") {
  const Device device = test::device();
  const Simulation simulation(device, crowd("f64"));
  const auto before = device.counters().passes;
  simulation.diagnostics();
  // The other one divides the sum of the radii by their number.
  CHECK(device.counters().passes <= before + 2);
}

TEST_CASE("diagnostics come at the start, at multiples of every, and at the end") {
  const auto steps_of_rows = [](const Overrides& overrides) {
    Simulation simulation(test::device(), textbook(overrides));
    std::vector<std::int64_t> steps;
    RunOptions options;
    options.diagnostics = [&](const Diagnostics& row) { steps.push_back(row.step); };
    simulation.run(options);
    return steps;
  };
  using Steps = std::vector<std::int64_t>;
  CHECK(steps_of_rows({"dynamics.steps=25", "output.every=10"}) == Steps{0, 10, 20, 25});
  CHECK(steps_of_rows({"dynamics.steps=20", "output.every=10"}) == Steps{0, 10, 20});
  CHECK(steps_of_rows({"dynamics.steps=3", "output.every=10"}) == Steps{0, 3});
  CHECK(steps_of_rows({"dynamics.steps=2", "output.every=1"}) == Steps{0, 1, 2});
}

TEST_CASE("a run that is stopped has done whole steps, and can go on to the same bits") {
  const Device device = test::device();
  const Scenario scenario = crowd("f64");
  Simulation simulation(device, scenario);
  int launches = 0;
  RunOptions options;
  options.progress = [&](const Progress& progress) {
    CHECK(progress.step == simulation.step());
    CHECK(progress.steps == 200);
    ++launches;
  };
  options.stop = [&] { return launches >= 2; };
  const RunResult stopped = simulation.run(options);
  CHECK(stopped.stopped);
  CHECK(launches == 2);
  CHECK((simulation.step() > 0 && simulation.step() < 200));
  CHECK(stopped.particle_steps == static_cast<double>(simulation.step()) * 5000);
  const RunResult rest = simulation.run();
  CHECK(!rest.stopped);
  CHECK(simulation.step() == 200);
  CHECK(state_hash(simulation.state()) == state_hash(final_state(device, scenario)));
}

TEST_CASE("the final table holds the state in the run's precision") {
  for (const DType type : {DType::f32, DType::f64}) {
    const State state = final_state(test::device(), crowd(std::string(to_string(type)), 10));
    const Npy table = final_table(state);
    REQUIRE(table.fields.size() == 5);
    const char* names[] = {"id", "x", "y", "vx", "vy"};
    for (std::size_t f = 0; f < 5; ++f) CHECK(table.fields[f].name == names[f]);
    CHECK(table.shape == Shape{10});
    CHECK(table.fields[0].values<std::int64_t>() == state.particles.id);
    CHECK(table.fields[1].type == type);
    CHECK(table.fields[1].to_f64() == state.particles.x);
    CHECK(table.fields[4].to_f64() == state.particles.vy);
  }
}

TEST_CASE("too little memory is an error, and the device works on") {
  const Device device = Engine().open("cpu:3", DeviceOptions{1 << 20});
  test::check_error(Code::out_of_memory, "", [&] { Simulation(device, crowd("f64", 1'000'000)); });
  CHECK(device.memory().in_use == 0);
  CHECK(state_hash(final_state(device, crowd("f64", 100))).size() == 32);
}

TEST_CASE("more particles than any memory holds are refused before they are made") {
  const Scenario scenario = parse_scenario(crowd("f64").text, {}, Overrides{"particles.generate.count=1099511627776"});
  test::check_error(Code::out_of_memory, "", [&] { Simulation(test::device(), scenario); });
}

TEST_CASE("a negative number of steps is refused") {
  Simulation simulation(test::device(), textbook());
  test::check_error(Code::bad_argument, "-1", [&] { simulation.advance(-1); });
  CHECK(simulation.step() == 0);
}
