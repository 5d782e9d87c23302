#include "lockstep/particles/simulation.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>

#include "lockstep/error.hpp"
#include "lockstep/evaluate.hpp"
#include "particles/batch_size.hpp"
#include "particles/dynamics.hpp"

namespace lockstep {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void upload(const Array& to, const std::vector<double>& from) {
  if (to.dtype() == DType::f64) return to.from_host(std::span<const double>(from));
  const std::vector<float> rounded(from.begin(), from.end());
  to.from_host(std::span<const float>(rounded));
}

std::vector<double> download(const Array& from) {
  if (from.dtype() == DType::f64) return from.to_host<double>();
  const std::vector<float> values = from.to_host<float>();
  return {values.begin(), values.end()};
}

double number(const Array& of_one) {
  return of_one.dtype() == DType::f32 ? static_cast<double>(of_one.item<float>()) : of_one.item<double>();
}

particles::DeviceParticles allocate(const Device& device, std::uint64_t n, DType type) {
  const Shape shape{n};
  return {device.empty(shape, type), device.empty(shape, type), device.empty(shape, type), device.zeros(shape, type),
          device.zeros(shape, type)};
}

}  // namespace

class Simulation::Impl {
 public:
  Impl(Device device, Scenario scenario)
      : device_(std::move(device)),
        scenario_(std::move(scenario)),
        dynamics_(particles::dynamics_named(scenario_.dynamics)),
        kernel_(device_.build(dynamics_.kernel(scenario_.precision))),
        batch_(0) {
    // The device's memory first: too many particles are refused before they are made.
    const auto* generated = std::get_if<GeneratedParticles>(&scenario_.particles);
    if (generated) particles_ = allocate(device_, generated->count, scenario_.precision);
    Particles start = load_particles(scenario_.particles, scenario_.precision);
    if (!generated) particles_ = allocate(device_, start.size(), scenario_.precision);
    upload(particles_.x, start.x);
    upload(particles_.y, start.y);
    upload(particles_.w, start.w);
    ids_ = std::move(start.id);
    w_ = std::move(start.w);
    batch_ = particles::BatchSize(ids_.size());
  }

  const Scenario& scenario() const noexcept { return scenario_; }
  const Device& device() const noexcept { return device_; }
  std::uint64_t size() const noexcept { return ids_.size(); }
  std::int64_t step() const noexcept { return step_; }
  std::span<const QuantityInfo> quantities() const noexcept { return dynamics_.quantity_infos; }

  /// One launch of at most `most` steps. Returns the steps done.
  std::int64_t launch(std::int64_t most) {
    if (size() == 0) return step_ += most, most;
    const std::int64_t steps = std::min(most, batch_.steps());
    const auto start = Clock::now();
    const auto& p = particles_;
    device_.launch(kernel_, {p.x, p.y, p.w, p.vx, p.vy, scenario_.timestep, steps}, size());
    device_.wait();
    batch_.learn(steps, seconds_since(start));
    step_ += steps;
    return steps;
  }

  Diagnostics diagnostics() const {
    Diagnostics row{step_, static_cast<double>(step_) * scenario_.timestep, {}};
    if (size() == 0) {
      for (const auto& quantity : dynamics_.quantities) row.values.push_back(quantity.of_nothing);
      return row;
    }
    std::vector<Expr> reductions;
    for (const auto& quantity : dynamics_.quantities) reductions.push_back(quantity.value(particles_));
    for (const Array& result : device_.evaluate(reductions)) row.values.push_back(number(result));
    return row;
  }

  State state() const {
    const auto& p = particles_;
    return {scenario_.dynamics,
            scenario_.precision,
            step_,
            {ids_, download(p.x), download(p.y), w_, download(p.vx), download(p.vy)}};
  }

  std::array<std::vector<double>, 2> positions() const { return {download(particles_.x), download(particles_.y)}; }

 private:
  Device device_;
  Scenario scenario_;
  const particles::Dynamics& dynamics_;
  Kernel kernel_;
  particles::DeviceParticles particles_;
  std::vector<std::int64_t> ids_;
  std::vector<double> w_;  // what the device has too: no step changes it
  particles::BatchSize batch_;
  std::int64_t step_ = 0;
};

Simulation::Simulation(Device device, Scenario scenario)
    : impl_(std::make_unique<Impl>(std::move(device), std::move(scenario))) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

const Scenario& Simulation::scenario() const noexcept { return impl_->scenario(); }
const Device& Simulation::device() const noexcept { return impl_->device(); }
std::uint64_t Simulation::size() const noexcept { return impl_->size(); }
std::int64_t Simulation::step() const noexcept { return impl_->step(); }
double Simulation::time() const noexcept { return static_cast<double>(step()) * scenario().timestep; }
std::span<const QuantityInfo> Simulation::quantities() const noexcept { return impl_->quantities(); }
Diagnostics Simulation::diagnostics() const { return impl_->diagnostics(); }
State Simulation::state() const { return impl_->state(); }
std::array<std::vector<double>, 2> Simulation::positions() const { return impl_->positions(); }

void Simulation::advance(std::int64_t steps) {
  if (steps < 0) throw Error(Code::bad_argument, fmt::format("steps must not be negative, got {}", steps));
  while (steps > 0) steps -= impl_->launch(steps);
}

RunResult Simulation::run(const RunOptions& options) {
  const std::int64_t end = scenario().steps, every = scenario().output.every, first = step();
  const auto start = Clock::now();
  const auto report = [&] {
    if (options.diagnostics) options.diagnostics(diagnostics());
  };
  const auto should_stop = [&] { return options.stop && options.stop(); };
  std::int64_t reported = step();
  report();
  bool stopped = step() < end && should_stop();
  while (!stopped && step() < end) {
    const std::int64_t to_row = every - step() % every;
    impl_->launch(std::min(end - step(), to_row));
    if (options.progress) options.progress({step(), end, seconds_since(start)});
    if (step() % every == 0) report(), reported = step();
    stopped = step() < end && should_stop();
  }
  if (reported != step()) report();
  return {stopped, seconds_since(start), static_cast<double>(step() - first) * static_cast<double>(size())};
}

}  // namespace lockstep
