#include "lockstep/particles/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lockstep/error.hpp"
#include "lockstep/particles/simulation.hpp"
#include "particles/overrides.hpp"
#include "particles/particle_source.hpp"
#include "particles/toml_section.hpp"

namespace lockstep {
namespace {

using particles::Section;

constexpr std::string_view kRootKeys[] = {"title", "precision", "dynamics", "particles", "output"};
constexpr std::string_view kDynamicsKeys[] = {"name", "timestep", "steps", "duration"};
constexpr std::string_view kOutputKeys[] = {"format", "every"};
constexpr std::string_view kLengthKeys[] = {"steps", "duration"};
constexpr std::string_view kPrecisions[] = {"f64", "f32"};
constexpr std::string_view kFormats[] = {"csv", "npy"};
// Above it not every number of steps is a double, and the time of a step would not be exact.
constexpr std::int64_t kMostSteps = std::int64_t{1} << 53;
constexpr std::int64_t kDefaultRows = 10;

double read_timestep(const Section& dynamics, DType precision) {
  const double h = dynamics.number("timestep");
  if (!(h > 0)) dynamics.refuse("timestep", fmt::format("must be greater than 0, got {}", h));
  const bool fits = precision == DType::f64 || (static_cast<float>(h) > 0 && std::isfinite(static_cast<float>(h)));
  if (!fits) dynamics.refuse("timestep", fmt::format("is {}, which f32 cannot hold", h), "Use precision = \"f64\".");
  return h;
}

// A duration is a whole number of timesteps, to 1e-9 of itself; it is rounded to the nearest, because 0.1 / 1e-5 is a
// little less than 10,000.
std::int64_t steps_of_duration(const Section& dynamics, double h) {
  const double duration = dynamics.number("duration");
  if (!(duration >= 0)) dynamics.refuse("duration", fmt::format("must not be negative, got {}", duration));
  const double ratio = duration / h;
  if (!(ratio <= static_cast<double>(kMostSteps)))
    dynamics.refuse("duration", fmt::format("is {} timesteps; at most 2^53 are possible", ratio));
  const double steps = std::round(ratio);
  if (std::abs(ratio - steps) > 1e-9 * ratio)
    dynamics.refuse("duration", fmt::format("= {} is not a whole number of timesteps of {}", duration, h),
                    fmt::format("The nearest durations are {} ({} steps) and {} ({} steps).", std::floor(ratio) * h,
                                std::floor(ratio), std::ceil(ratio) * h, std::ceil(ratio)));
  return static_cast<std::int64_t>(steps);
}

void read_dynamics(const Section& dynamics, Scenario& scenario) {
  std::vector<std::string_view> names;
  for (const DynamicsInfo& info : all_dynamics()) names.push_back(info.name);
  scenario.dynamics = names[dynamics.choice("name", names)];
  scenario.timestep = read_timestep(dynamics, scenario.precision);
  scenario.steps = dynamics.only_one_of(kLengthKeys) == "steps" ? dynamics.integer("steps", 0, kMostSteps)
                                                                : steps_of_duration(dynamics, scenario.timestep);
}

void read_output(const Section& root, Scenario& scenario) {
  scenario.output.every = std::max<std::int64_t>(1, (scenario.steps + kDefaultRows - 1) / kDefaultRows);
  if (!root.has("output")) return;
  const Section output = root.section("output", kOutputKeys);
  if (output.has("format")) scenario.output.format = static_cast<OutputFormat>(output.choice("format", kFormats));
  if (output.has("every")) scenario.output.every = output.integer("every", 1, kMostSteps);
}

}  // namespace

Scenario parse_scenario(std::string_view text, const std::filesystem::path& directory,
                        std::span<const std::string> overrides, const std::string& name) {
  toml::table table = particles::parse_toml(text, name);
  particles::apply_overrides(table, overrides);
  const Section root(table, "", kRootKeys);
  Scenario scenario;
  scenario.name = name;
  scenario.text = text;
  scenario.overrides.assign(overrides.begin(), overrides.end());
  if (root.has("title")) scenario.title = root.text("title");
  if (root.has("precision")) scenario.precision = root.choice("precision", kPrecisions) == 0 ? DType::f64 : DType::f32;
  read_dynamics(root.section("dynamics", kDynamicsKeys), scenario);
  scenario.particles = particles::read_source(root, directory);
  read_output(root, scenario);
  return scenario;
}

Scenario load_scenario(const std::filesystem::path& path, std::span<const std::string> overrides) {
  return parse_scenario(read_file(path), path.parent_path(), overrides, path.string());
}

}  // namespace lockstep
