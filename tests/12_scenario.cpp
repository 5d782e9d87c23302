#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "files.hpp"
#include "lockstep/particles/simulation.hpp"
#include "support.hpp"

using namespace lockstep;
using test::TemporaryFolder;

namespace {

using Overrides = std::vector<std::string>;

constexpr const char* kGood = R"(title = "three"
precision = "f64"

[dynamics]
name = "orbit"
timestep = 1e-5
steps = 10000

[particles]
inline = [
  {x = 0.3, y = 0.5, w = 1},
  {x = 0.0, y = -0.5, w = -1},
]
)";

Scenario parse(std::string_view text, const Overrides& overrides = {}) {
  return parse_scenario(text, {}, overrides, "test.toml");
}

Scenario with(const Overrides& overrides) { return parse(kGood, overrides); }

/// What the error says that `f` throws: code, message and advice.
template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing was thrown";
}

bool contains(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE("got: ", text, "\nwanted: ", std::string(part));
  return false;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Particles particles_of(const Scenario& s) { return load_particles(s.particles, s.precision); }

Particles generated(const std::string& table, const std::string& precision = "f64") {
  return particles_of(with({"precision=" + precision, "particles.generate=" + table}));
}

}  // namespace

TEST_CASE("a scenario says what its file says") {
  const Scenario s = parse(kGood);
  CHECK(s.title == "three");
  CHECK(s.precision == DType::f64);
  CHECK(s.dynamics == "orbit");
  CHECK(s.timestep == 1e-5);
  CHECK(s.steps == 10000);
  CHECK(s.output.format == OutputFormat::csv);
  CHECK(s.output.every == 1000);
  const Particles p = particles_of(s);
  CHECK(p.id == std::vector<std::int64_t>{0, 1});
  CHECK(p.x == std::vector<double>{0.3, 0.0});
  CHECK(p.y == std::vector<double>{0.5, -0.5});
  CHECK(p.w == std::vector<double>{1, -1});
}

TEST_CASE("an unknown key is an error with its place and the nearest known key") {
  const std::pair<const char*, const char*> cases[] = {
      {"timestep", "test.toml:6:1: unknown key 'dynamics.timestpe'\nDid you mean 'timestep'?"},
      {"precision", "test.toml:2:1: unknown key 'precisoin'\nDid you mean 'precision'?"},
      {"inline", "test.toml:10:1: unknown key 'particles.inlien'\nDid you mean 'inline'?"},
  };
  const char* typos[] = {"timestpe", "precisoin", "inlien"};
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(contains(error_of([&] { parse(replaced(kGood, cases[i].first, typos[i])); }), cases[i].second));
  CHECK(contains(error_of([] { parse(replaced(kGood, "w = 1}", "weight = 1}")); }),
                 "unknown key 'particles.inline[0].weight'"));
  CHECK(contains(error_of([] { with({"output.evry=3"}); }), "--set output.evry=3: unknown key 'output.evry'"));
}

TEST_CASE("text that is no TOML is an error with its place") {
  CHECK(contains(error_of([] { parse("precision = \n"); }), "bad_text: test.toml:1:13:"));
  CHECK(contains(error_of([] { parse("[dynamics\n"); }), "bad_text: test.toml:1:"));
  CHECK(contains(error_of([] { parse("a = 1\na = 2\n"); }), "bad_text: test.toml:2:"));
  CHECK(contains(error_of([] { parse("title = \"\xff\"\n"); }), "bad_text: test.toml:1:"));
  CHECK(contains(error_of([] { parse("a = " + std::string(100'000, '[')); }), "bad_text: test.toml:1:"));
  CHECK(contains(error_of([] { parse("a = " + std::string(100'000, '{')); }), "bad_text: test.toml:1:"));
}

TEST_CASE("what is missing is named") {
  CHECK(contains(error_of([] { parse(""); }), "'dynamics' is missing"));
  CHECK(contains(error_of([] { parse(replaced(kGood, "timestep = 1e-5", "")); }), "'dynamics.timestep' is missing"));
  CHECK(contains(error_of([] { parse(replaced(kGood, "steps = 10000", "")); }),
                 "test.toml:4:1: 'dynamics' needs one of steps, duration"));
  CHECK(contains(error_of([] { parse(replaced(kGood, "y = 0.5, ", "")); }), "'particles.inline[0].y' is missing"));
  CHECK(contains(error_of([] { parse(replaced(kGood, "steps = 10000", "steps = 1\nduration = 1.0")); }),
                 "'dynamics.duration' and 'dynamics.steps' exclude each other"));
}

TEST_CASE("a value outside its range is an error with its place") {
  const std::pair<const char*, const char*> cases[] = {
      {"dynamics.timestep=0", "must be greater than 0, got 0"},
      {"dynamics.timestep=-1e-3", "must be greater than 0, got -0.001"},
      {"dynamics.timestep=nan", "must be a finite number, got nan"},
      {"dynamics.timestep=inf", "must be a finite number, got inf"},
      {"dynamics.timestep=\"1\"", "must be a finite number, not a string"},
      {"dynamics.steps=-1", "must be at least 0, got -1"},
      {"dynamics.steps=1.5", "must be an integer, not a number"},
      {"dynamics.steps=9223372036854775807", "must be at most 9007199254740992"},
      {"dynamics.duration=-1", "must not be negative"},
      {"dynamics.duration=1e300", "at most 2^53 are possible"},
      {"dynamics.name=orbti", "has no choice 'orbti'\nDid you mean 'orbit'?"},
      {"precision=f16", "has no choice 'f16'"},
      {"precision=32", "must be a string, not an integer"},
      {"output.format=tsv", "has no choice 'tsv'"},
      {"output.every=0", "must be at least 1"},
      {"output=3", "'output' must be a table, not an integer"},
      {"particles.inline=3", "must be an array, not an integer"},
      {"particles.inline=[1]", "element 0 is not one"},
      {"particles.inline=[{x=1,y=nan,w=1}]", "must be a finite number"},
      {"particles.inline=[{x=1,y=1,w=1,id=-3}]", "must be at least 0"},
      {"particles.inline=[{x=1,y=1,w=1,id=3},{x=1,y=1,w=1}]", "an id in every particle or in none"},
      {"particles.file=\"\"", "'particles.file' is empty"},
      {"particles.generate={kind=\"disk\",count=1,seed=1,w=1,radius=1}", "has no choice 'disk'\nDid you mean 'disc'?"},
      {"particles.generate={kind=\"disc\",count=-1,seed=1,w=1,radius=1}", "must be at least 0"},
      {"particles.generate={kind=\"disc\",count=1,seed=-1,w=1,radius=1}", "must be at least 0"},
      {"particles.generate={kind=\"disc\",count=1,seed=1,w=1,radius=[2,1]}", "must be [least, greatest], got [2, 1]"},
      {"particles.generate={kind=\"disc\",count=1,seed=1,w=1,radius=[1,2,3]}", "must hold two numbers, got 3"},
      {"particles.generate={kind=\"disc\",count=1,seed=1,w=1,radius=-1}", "must not be negative"},
      {"particles.generate={kind=\"disc\",count=1,seed=1,w=1,radius=1e200}", "is too large to be squared"},
      {"particles.generate={kind=\"disc\",count=1,seed=1,w=[-1e308,1e308],radius=1}", "spans more than a number"},
      {"particles.generate={kind=\"ring\",count=1,seed=1,w=1,radius=[1,2]}", "of a ring must be one number"},
      {"particles.generate={kind=\"box\",count=1,seed=1,w=1,radius=1}", "unknown key 'particles.generate.radius'"},
  };
  for (const auto& [key_and_value, message] : cases) {
    const auto setting = key_and_value;  // clang 14 captures no structured binding
    CAPTURE(setting);
    const std::string got = error_of([&, text = setting] { with({text}); });
    CHECK(contains(got, message));
    CHECK(contains(got, std::string("--set ") + setting));
  }
  CHECK(contains(error_of([] { parse(replaced(kGood, "1e-5", "-1e-5")); }), "test.toml:6:12: 'dynamics.timestep'"));
  CHECK(contains(error_of([] { with({"precision=f32", "dynamics.timestep=1e-60"}); }), "which f32 cannot hold"));
}

TEST_CASE("a setting that does not parse is an error") {
  for (const char* setting : {"dynamics.steps", "=3", "", "dynamics.steps=", "a b=3", "dynamics.steps=[1",
                              "title=a\nb=c", "dynamics.steps=1 2"})
    CHECK(contains(error_of([&] { with({setting}); }), "is no setting"));
}

TEST_CASE("a setting takes the place of what the file says, and of what excludes it") {
  CHECK(with({"dynamics.steps=7"}).steps == 7);
  CHECK(with({"dynamics.steps=7", "dynamics.steps=8"}).steps == 8);
  CHECK(with({"dynamics.duration=0.5"}).steps == 50000);
  CHECK(with({"dynamics.duration=0.5", "dynamics.steps=2"}).steps == 2);
  CHECK(with({"precision=f32"}).precision == DType::f32);
  CHECK(with({"precision=\"f32\""}).precision == DType::f32);
  CHECK(with({"title=any bare words"}).title == "any bare words");
  CHECK(with({"output={every=5}"}).output.every == 5);
  CHECK(with({"output.every=5", "output.format=npy"}).output.format == OutputFormat::npy);
  CHECK(std::get<ParticleFile>(with({"particles.file=some/where.csv"}).particles).path == "some/where.csv");
  const Particles p = particles_of(with({"particles.x=[1]", "particles.y=[2]", "particles.w=[3]"}));
  CHECK(p.x == std::vector<double>{1});
}

TEST_CASE("a setting inside the generator leaves its other keys") {
  const std::string text = R"(dynamics = {name = "orbit", timestep = 0.1, steps = 1}
[particles.generate]
kind = "disc"
count = 10
seed = 1
radius = 2.0
w = 1.0
)";
  const Scenario s = parse(text, {"particles.generate.count=5"});
  const auto& made = std::get<GeneratedParticles>(s.particles);
  CHECK(made.count == 5);
  CHECK(made.radius == Range{0, 2});
}

TEST_CASE("a duration is rounded to the nearest whole number of timesteps, never truncated") {
  // 0.1 / 1e-5, 0.3 / 0.1 and 1.1 / 0.1 as doubles are not whole.
  CHECK(with({"dynamics.duration=0.1"}).steps == 10000);
  CHECK(with({"dynamics.timestep=0.1", "dynamics.duration=0.3"}).steps == 3);
  CHECK(with({"dynamics.timestep=0.1", "dynamics.duration=1.1"}).steps == 11);
  CHECK(with({"dynamics.duration=0"}).steps == 0);
  for (int n = 1; n < 3000; ++n) {
    const std::string duration = std::to_string(n) + "e-3";
    CHECK(with({"dynamics.timestep=1e-3", "dynamics.duration=" + duration}).steps == n);
  }
}

TEST_CASE("a duration that is no whole number of timesteps is refused with the nearest ones") {
  const std::string got = error_of([] { with({"dynamics.timestep=0.25", "dynamics.duration=0.6"}); });
  CHECK(contains(got, "'dynamics.duration' = 0.6 is not a whole number of timesteps of 0.25"));
  CHECK(contains(got, "The nearest durations are 0.5 (2 steps) and 0.75 (3 steps)."));
  CHECK_NOTHROW(with({"dynamics.timestep=0.25", "dynamics.duration=0.5000000001"}));
  CHECK_THROWS_AS(with({"dynamics.timestep=0.25", "dynamics.duration=0.500000001"}), Error);
}

TEST_CASE("particles may stand in columns of one length") {
  const Overrides columns = {"particles.x=[1,2.5]", "particles.y=[0,0]", "particles.w=[1,2]"};
  CHECK(particles_of(with(columns)).x == std::vector<double>{1, 2.5});
  Overrides longer = columns;
  longer.push_back("particles.w=[1,2,3]");
  CHECK(contains(error_of([&] { with(longer); }), "'particles.w' has 3 elements, but 'particles.x' has 2"));
  longer.back() = "particles.y=[1,nan]";
  CHECK(contains(error_of([&] { with(longer); }), "must hold finite numbers; element 1 is not"));
}

TEST_CASE("no particles are particles") {
  CHECK(particles_of(with({"particles.inline=[]"})).size() == 0);
  CHECK(generated("{kind=\"disc\",count=0,seed=1,w=1,radius=1}").size() == 0);
}

TEST_CASE("particles are ordered by id") {
  const Particles p =
      particles_of(with({"particles.inline=[{x=1,y=0,w=0,id=9},{x=2,y=0,w=0,id=4},{x=3,y=0,w=0,id=7}]"}));
  CHECK(p.id == std::vector<std::int64_t>{4, 7, 9});
  CHECK(p.x == std::vector<double>{2, 3, 1});
  CHECK(contains(error_of([] { particles_of(with({"particles.inline=[{x=1,y=0,w=0,id=9},{x=2,y=0,w=0,id=9}]"})); }),
                 "two particles have the id 9"));
}

TEST_CASE("an f32 scenario holds values of f32") {
  const Particles p = particles_of(with({"precision=f32"}));
  CHECK(p.x[0] == static_cast<double>(0.3f));
  CHECK(contains(error_of([] {
                   particles_of(with({"precision=f32", "particles.inline=[{x=1e300,y=0,w=0}]"}));
                 }),
                 "particle 0: x = 1e+300 is not finite in f32"));
}

TEST_CASE("particles come from CSV and NumPy files, relative to the scenario") {
  const TemporaryFolder directory;
  write_file(directory / "p.csv", "# three\nw, x, y, id\n1,0.3,0.5,7\n\n-1,0,-0.5,3\n");
  write_file(directory / "s.toml",
             replaced(kGood, "inline = [\n  {x = 0.3, y = 0.5, w = 1},\n  {x = 0.0, y = -0.5, w = -1},\n]",
                      "file = \"p.csv\""));
  const Particles p = particles_of(load_scenario(directory / "s.toml"));
  CHECK(p.id == std::vector<std::int64_t>{3, 7});
  CHECK(p.x == std::vector<double>{0, 0.3});
  CHECK(p.w == std::vector<double>{-1, 1});

  const auto numbers = [](const char* name, const std::vector<double>& v) { return make_field(name, v); };
  write_npy(directory / "matrix.npy", Npy{{2, 3}, {numbers("", {1, 2, 3, 4, 5, 6})}, false});
  const Particles m = load_particles(ParticleFile{directory / "matrix.npy"}, DType::f64);
  CHECK(m.x == std::vector<double>{1, 4});
  CHECK(m.y == std::vector<double>{2, 5});
  CHECK(m.w == std::vector<double>{3, 6});
  CHECK(m.id == std::vector<std::int64_t>{0, 1});
  write_npy(directory / "table.npy",
            Npy{{2}, {numbers("y", {1, 2}), numbers("x", {3, 4}), numbers("w", {5, 6})}, true});
  CHECK(load_particles(ParticleFile{directory / "table.npy"}, DType::f64).x == std::vector<double>{3, 4});
  write_npy(directory / "flat.npy", Npy{{2}, {numbers("", {1, 2})}, false});
  CHECK(contains(error_of([&] { load_particles(ParticleFile{directory / "flat.npy"}, DType::f64); }),
                 "particles need shape (n, 3), not (2,)"));
}

TEST_CASE("a file that holds no particles is an error that says why") {
  const TemporaryFolder directory;
  const auto error_for = [&](std::string_view name, std::string_view content) {
    write_file(directory / name, content);
    return error_of([&] { load_particles(ParticleFile{directory / name}, DType::f64); });
  };
  CHECK(contains(error_for("a.csv", "x,y\n1,2\n"), "the column 'w' is missing"));
  CHECK(contains(error_for("b.csv", "x,y,w,iid\n1,2,3,4\n"), "unknown column 'iid'\nDid you mean 'id'?"));
  CHECK(contains(error_for("c.csv", "x,y,w\n1,2\n"), "bad_text"));
  CHECK(contains(error_for("d.csv", "x,y,w\n1,2,three\n"), "bad_text"));
  CHECK(contains(error_for("e.csv", ""), "bad_text"));
  CHECK(contains(error_for("f.csv", "x,y,w\n1,nan,3\n"), "f.csv: particle 0: y = nan is not finite in f64"));
  CHECK(contains(error_for("g.csv", "x,y,w,id\n1,2,3,-4\n"), "id -4 is negative"));
  CHECK(contains(error_for("h.csv", "x,y,w,id\n1,2,3,0.5\n"), "the column 'id' must hold integers, not f64"));
  CHECK(contains(error_for("i.csv", "x,y,w,id\n1,2,3,4\n1,2,3,4\n"), "i.csv: two particles have the id 4"));
  CHECK(contains(error_for("j.txt", "x,y,w\n"), "is neither .csv nor .npy"));
  CHECK(contains(error_for("k.npy", "nonsense"), "k.npy"));
  CHECK(error_for("empty.csv", "x,y,w\n") == "nothing was thrown");
  CHECK(contains(error_of([&] { load_particles(ParticleFile{directory / "none.csv"}, DType::f64); }), "file: "));
  CHECK(contains(error_of([&] { load_scenario(directory / "none.toml"); }), "none.toml"));
  CHECK(contains(error_of([&] { load_scenario(directory.path()); }), "file: "));
}

TEST_CASE("generated particles lie where the scenario says") {
  const std::string tail = ",count=20000,seed=5,w=[-1,3]";
  const Particles disc = generated("{kind=\"disc\",radius=[1,2]" + tail + "}");
  const Particles ring = generated("{kind=\"ring\",radius=2,center=[10,20]" + tail + "}");
  const Particles box = generated("{kind=\"box\",x=[-1,1],y=[5,6]" + tail + "}");
  double mean_square = 0;
  for (std::size_t i = 0; i < disc.size(); ++i) {
    const double square = disc.x[i] * disc.x[i] + disc.y[i] * disc.y[i];
    mean_square += square / static_cast<double>(disc.size());
    REQUIRE((square >= 1 - 1e-12 && square <= 4 + 1e-12));
    REQUIRE(std::hypot(ring.x[i] - 10, ring.y[i] - 20) == doctest::Approx(2).epsilon(1e-12));
    REQUIRE((box.x[i] >= -1 && box.x[i] <= 1 && box.y[i] >= 5 && box.y[i] <= 6));
    REQUIRE((disc.w[i] >= -1 && disc.w[i] <= 3));
  }
  // Uniform over the area: the squared radius is uniform in [1, 4], with a deviation of 0.866 / sqrt(20000) in its
  // mean.
  CHECK(std::abs(mean_square - 2.5) < 5 * 0.0062);
  const double mean_w = std::accumulate(disc.w.begin(), disc.w.end(), 0.0) / static_cast<double>(disc.size());
  CHECK(std::abs(mean_w - 1) < 5 * 0.0082);
}

TEST_CASE("a generated particle depends on the seed and its id alone") {
  const auto disc = [](int count, int seed) {
    return generated("{kind=\"disc\",radius=1,w=[0,1],count=" + std::to_string(count) +
                     ",seed=" + std::to_string(seed) + "}");
  };
  const Particles few = disc(10, 3), many = disc(1000, 3), other = disc(10, 4);
  for (std::size_t i = 0; i < few.size(); ++i) {
    CHECK(test::same_bits(few.x[i], many.x[i]));
    CHECK(test::same_bits(few.w[i], many.w[i]));
    CHECK(few.x[i] != other.x[i]);
  }
}

TEST_CASE("random changes of a scenario's text are read or refused, never worse") {
  std::mt19937 random(20240917);
  const std::string base = kGood;
  int refused = 0;
  constexpr int kRounds = 3000;
  for (int round = 0; round < kRounds; ++round) {
    std::string text = base;
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          text.erase(at, 1 + random() % 10);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), 1 + random() % 20));
      }
      if (text.empty()) text = " ";
    }
    try {
      particles_of(parse(text));
    } catch (const Error& error) {
      ++refused;
      REQUIRE(is_usage_error(error.code()));
    }
  }
  CHECK(refused > kRounds / 4);
  CHECK(refused < kRounds);
}

TEST_CASE("random settings are taken or refused, never worse") {
  std::mt19937 random(5550123);
  const char* words[] = {"dynamics", ".",         "steps", "=",        "particles", "generate",   "{",      "}",
                         "[",        "]",         "\"",    "'",        ",",         "1",          "-2",     "1e9",
                         "nan",      "inline",    "x",     "y",        "w",         " ",          "\n",     "#",
                         "\\",       "precision", "f32",   "kind",     "true",      "1979-05-27", "output", "every",
                         "duration", "\xc3",      "name",  "timestep", "count",     "disc"};
  int refused = 0;
  constexpr int kRounds = 3000;
  for (int round = 0; round < kRounds; ++round) {
    std::string setting = random() % 2 ? "particles.generate=" : "dynamics.";
    for (auto parts = 1 + random() % 12; parts > 0; --parts) setting += words[random() % std::size(words)];
    try {
      with({setting});
    } catch (const Error& error) {
      ++refused;
      REQUIRE(is_usage_error(error.code()));
    }
  }
  CHECK(refused > kRounds / 2);
}

TEST_CASE("random changes of a particle file are read or refused, never worse") {
  const TemporaryFolder directory;
  std::mt19937 random(987654321);
  const std::string base = "id,x,y,w\n0,0.3,0.5,1\n1,0,-0.5,-1\n2,-0.1,-0.4,3e0\n";
  const std::string alphabet = "0123456789.,-+eE\n\r\"'#x nainf";
  int refused = 0;
  constexpr int kRounds = 500;
  for (int round = 0; round < kRounds; ++round) {
    std::string text = base;
    for (auto changes = 1 + random() % 3; changes > 0; --changes)
      text[random() % text.size()] =
          random() % 8 ? alphabet[random() % alphabet.size()] : static_cast<char>(random() % 256);
    write_file(directory / "p.csv", text);
    try {
      load_particles(ParticleFile{directory / "p.csv"}, DType::f32);
    } catch (const Error& error) {
      ++refused;
      REQUIRE(is_usage_error(error.code()));
    }
  }
  CHECK(refused > 0);
  CHECK(refused < kRounds);
}
