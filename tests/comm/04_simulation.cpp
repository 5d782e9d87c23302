#include "lockstep/particles/simulation.hpp"

#include "../support.hpp"
#include "worlds.hpp"

using namespace lockstep;
using test::on_ranks;

namespace {

Scenario crowd(int count, const std::string& precision) {
  return parse_scenario(
      "[dynamics]\nname = 'orbit'\ntimestep = 1e-2\nsteps = 40\n[output]\nevery = 20\n[particles.generate]\n"
      "kind = 'disc'\nseed = 42\nradius = [0.1, 2.0]\nw = [-1.0, 3.0]\ncount = " +
          std::to_string(count),
      {}, std::vector<std::string>{"precision=" + precision});
}

struct Ended {
  std::string hash;
  std::vector<Diagnostics> rows;
  std::array<std::vector<double>, 2> positions;
};

Ended run(const Scenario& scenario, const Communicator& ranks) {
  Simulation simulation(test::device(), scenario, ranks);
  Ended end;
  simulation.run({{}, [&](const Diagnostics& row) { end.rows.push_back(row); }, {}});
  end.hash = state_hash(simulation.state());
  end.positions = simulation.positions();
  return end;
}

}  // namespace

TEST_CASE("a run on ranks ends in the bits of one rank, with the same diagnostics") {
  on_ranks([](const Communicator& ranks) {
    for (const int count : {0, 1, 3, 1024, 1025, 5000})
      for (const char* precision : {"f32", "f64"}) {
        CAPTURE(count);
        const Scenario scenario = crowd(count, precision);
        const Ended one = run(scenario, Communicator()), all = run(scenario, ranks);
        REQUIRE(all.rows.size() == one.rows.size());
        for (std::size_t i = 0; i < one.rows.size(); ++i) {
          CHECK(all.rows[i].step == one.rows[i].step);
          CHECK(!test::first_difference(all.rows[i].values, one.rows[i].values));
        }
        if (ranks.rank() != 0) {
          CHECK(all.positions[0].empty());
          continue;
        }
        CHECK(all.hash == one.hash);
        CHECK(!test::first_difference(all.positions[1], one.positions[1]));
      }
  });
}

TEST_CASE("if one rank wants to stop, all stop after the same step") {
  on_ranks([](const Communicator& ranks) {
    Scenario scenario = crowd(5000, "f64");
    scenario.output.every = 1;
    Simulation simulation(test::device(), scenario, ranks);
    const int last = ranks.size() - 1;
    const RunResult result = simulation.run({{}, {}, [&] { return ranks.rank() == last && simulation.step() >= 5; }});
    CHECK(result.stopped);
    CHECK(simulation.step() == 5);
    Simulation short_one(test::device(), scenario);
    short_one.advance(5);
    const State state = simulation.state();
    if (ranks.rank() == 0) CHECK(state_hash(state) == state_hash(short_one.state()));
  });
}

TEST_CASE("particles that cannot be loaded are an error of all ranks") {
  on_ranks([](const Communicator& ranks) {
    Scenario scenario = crowd(1, "f64");
    scenario.particles = ParticleFile{"no_such.csv"};
    CHECK(test::failure(Code::file, "no_such.csv", [&] { Simulation(test::device(), scenario, ranks); }) == "");
    CHECK(ranks.allreduce_value(RankOp::sum, 1) == ranks.size());
  });
}
