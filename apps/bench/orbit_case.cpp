#include "orbit_case.hpp"

#include <cmath>
#include <memory>

#include "bytes.hpp"
#include "input.hpp"
#include "lockstep/particles/simulation.hpp"

namespace lockstep::bench {
namespace {

/// Particles whose columns are the inputs 0 (x), 1 (y) and 2 (w).
template <class T>
Scenario scenario_of(std::uint64_t n) {
  InlineParticles source;
  Particles& p = source.particles;
  for (std::uint64_t i = 0; i < n; ++i) {
    p.id.push_back(static_cast<std::int64_t>(i));
    p.x.push_back(input_value<T>(0, i));
    p.y.push_back(input_value<T>(1, i));
    p.w.push_back(input_value<T>(2, i));
  }
  p.vx.assign(p.id.size(), 0);
  p.vy.assign(p.id.size(), 0);
  Scenario scenario;
  scenario.name = "orbit";
  scenario.precision = dtype_of<T>;
  scenario.dynamics = "orbit";
  scenario.timestep = kOrbitTimestep;
  scenario.steps = kOrbitSteps;
  scenario.particles = std::move(source);
  return scenario;
}

/// x, y, vx, vy of all particles, one column after another.
template <class T>
std::vector<std::byte> columns(const Particles& p) {
  std::vector<T> all;
  for (const auto* column : {&p.x, &p.y, &p.vx, &p.vy})
    for (const double v : *column) all.push_back(static_cast<T>(v));
  return bytes_of(std::span<const T>(all));
}

template <class T>
Prepared prepare(const Device& device, std::uint64_t n) {
  const auto make = [device, n] { return Simulation(device, scenario_of<T>(n)); };
  const auto simulation = std::make_shared<Simulation>(make());
  const auto result = [make] {
    Simulation fresh = make();
    fresh.advance(kOrbitSteps);
    return columns<T>(fresh.state().particles);
  };
  return {[simulation] { simulation->advance(kOrbitSteps); }, result};
}

/// One particle after another, as kernels/orbit/README.md says.
template <class T>
std::vector<std::byte> expected(std::uint64_t n) {
  Particles p;
  for (std::uint64_t i = 0; i < n; ++i) {
    T x = input_value<T>(0, i), y = input_value<T>(1, i), vx = 0, vy = 0;
    const T hw = T(kOrbitTimestep) * input_value<T>(2, i);
    for (int step = 0; step < kOrbitSteps; ++step) {
      const T norm = std::sqrt(x * x + y * y);
      vx = -y / norm;
      vy = x / norm;
      x = x + hw * vx;
      y = y + hw * vy;
    }
    p.x.push_back(x);
    p.y.push_back(y);
    p.vx.push_back(vx);
    p.vy.push_back(vy);
  }
  return columns<T>(p);
}

}  // namespace

Case orbit() {
  Case row{"orbit", "100 steps of every particle", Floats::list(), 7, 10.0 * kOrbitSteps};
  row.sizes = {std::uint64_t{1} << 10, std::uint64_t{1} << 20};
  row.quick_sizes = {std::uint64_t{1} << 10, std::uint64_t{1} << 18};  // right takes the host a second for each 2^18
  row.roots = kOrbitSteps;
  row.divisions = 2 * kOrbitSteps;
  row.clock = Clock::host;
  row.quick = true;
  row.arrays = 5;
  row.prepare = [](const Device& device, DType type, std::uint64_t n, std::uint64_t) {
    return Floats::call(type, [&]<class T>() { return prepare<T>(device, n); });
  };
  row.expected = [](DType type, std::uint64_t n) {
    return Floats::call(type, [&]<class T>() { return expected<T>(n); });
  };
  return row;
}

}  // namespace lockstep::bench
