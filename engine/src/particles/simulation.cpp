#include "lockstep/particles/simulation.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <optional>

#include "lockstep/comm/fold.hpp"
#include "lockstep/error.hpp"
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

particles::DeviceParticles part_of(const particles::DeviceParticles& all, std::uint64_t begin, std::uint64_t end) {
  if (begin == 0 && end == all.x.size()) return all;
  const Slice run{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)};
  return {all.x.slice({run}), all.y.slice({run}), all.w.slice({run}), all.vx.slice({run}), all.vy.slice({run})};
}

// The shares of ranks begin where units of the sums do (docs/same-bits.md).
constexpr std::uint64_t kUnit = 1024;

}  // namespace

class Simulation::Impl {
 public:
  Impl(Device device, Scenario scenario, Communicator ranks)
      : device_(std::move(device)),
        scenario_(std::move(scenario)),
        ranks_(std::move(ranks)),
        dynamics_(particles::dynamics_named(scenario_.dynamics)),
        batch_(0) {
    Particles start;
    const auto* generated = std::get_if<GeneratedParticles>(&scenario_.particles);
    ranks_.together([&] {
      kernel_.emplace(device_.build(dynamics_.kernel(scenario_.precision)));
      // The device's memory first: too many particles are refused before they are made.
      if (generated) allocate_share(generated->count);
    });
    ranks_.on_first([&] { start = load_particles(scenario_.particles, scenario_.precision); });
    size_ = ranks_.broadcast_value(start.size());
    ranks_.together([&] {
      if (!generated) allocate_share(size_);
    });
    ids_ = share(std::move(start.id));
    w_ = share(std::move(start.w));
    const std::vector<double> x = share(std::move(start.x)), y = share(std::move(start.y));
    ranks_.together([&] {
      upload(particles_.x, x);
      upload(particles_.y, y);
      upload(particles_.w, w_);
    });
    batch_ = particles::BatchSize(ids_.size());
  }

  const Scenario& scenario() const noexcept { return scenario_; }
  const Device& device() const noexcept { return device_; }
  const Communicator& ranks() const noexcept { return ranks_; }
  std::uint64_t size() const noexcept { return size_; }
  std::int64_t step() const noexcept { return step_; }
  std::span<const QuantityInfo> quantities() const noexcept { return dynamics_.quantity_infos; }

  /// One launch of at most `most` steps, the same number on all ranks. Returns the steps done.
  std::int64_t launch(std::int64_t most) {
    if (size() == 0) return step_ += most, most;
    const std::int64_t steps = std::min(most, agreed(RankOp::min, ids_.empty() ? most : batch_.steps()));
    ranks_.together([&] {
      if (ids_.empty()) return;
      const auto start = Clock::now();
      const auto& p = particles_;
      device_.launch(*kernel_, {p.x, p.y, p.w, p.vx, p.vy, scenario_.timestep, steps}, ids_.size());
      device_.wait();
      batch_.learn(steps, seconds_since(start));
    });
    step_ += steps;
    return steps;
  }

  /// True if a rank wants to stop.
  bool should_stop(const RunOptions& options) const {
    return agreed(RankOp::max, options.stop && options.stop() ? 1 : 0) != 0;
  }

  Diagnostics diagnostics() const {
    Diagnostics row{step_, static_cast<double>(step_) * scenario_.timestep, {}};
    if (size() == 0) {
      for (const auto& quantity : dynamics_.quantities) row.values.push_back(quantity.of_nothing);
      return row;
    }
    std::vector<SpreadFold> folds;
    for (const auto& quantity : dynamics_.quantities)
      folds.push_back({quantity.reduction, [&](std::uint64_t begin, std::uint64_t end) {
                         return quantity.of_each(part_of(particles_, begin, end));
                       }});
    for (const Array& result : fold(ranks_, device_, ids_.size(), folds)) row.values.push_back(number(result));
    return row;
  }

  State state() const {
    const auto& p = particles_;
    return {scenario_.dynamics,
            scenario_.precision,
            step_,
            {gathered(ids_), gathered(p.x), gathered(p.y), gathered(w_), gathered(p.vx), gathered(p.vy)}};
  }

  std::array<std::vector<double>, 2> positions() const { return {gathered(particles_.x), gathered(particles_.y)}; }

 private:
  void allocate_share(std::uint64_t count) {
    const auto [begin, end] = ranks_.my_share(count, kUnit);
    particles_ = allocate(device_, end - begin, scenario_.precision);
  }

  std::int64_t agreed(RankOp op, std::int64_t value) const {
    return ranks_.size() == 1 ? value : ranks_.allreduce_value(op, value);
  }

  /// This rank's run of a column that rank 0 has.
  template <class T>
  std::vector<T> share(std::vector<T> column) const {
    if (ranks_.size() == 1) return column;
    std::vector<std::uint64_t> counts;
    for (int r = 0; r < ranks_.size(); ++r) {
      const auto [begin, end] = ranks_.share_of(r, size_, kUnit);
      counts.push_back(end - begin);
    }
    return ranks_.scatter(std::span<const T>(column), counts);
  }

  /// The whole column on rank 0, in the order of the ids; nothing elsewhere.
  template <class T>
  std::vector<T> gathered(const std::vector<T>& column) const {
    return ranks_.size() == 1 ? column : ranks_.gather(std::span<const T>(column));
  }
  std::vector<double> gathered(const Array& column) const {
    std::vector<double> mine;
    ranks_.together([&] { mine = download(column); });
    return ranks_.size() == 1 ? mine : ranks_.gather(std::span<const double>(mine));
  }

  Device device_;
  Scenario scenario_;
  Communicator ranks_;
  const particles::Dynamics& dynamics_;
  std::optional<Kernel> kernel_;
  std::uint64_t size_ = 0;  // of all ranks; what follows is this rank's share
  particles::DeviceParticles particles_;
  std::vector<std::int64_t> ids_;
  std::vector<double> w_;  // what the device has too: no step changes it
  particles::BatchSize batch_;
  std::int64_t step_ = 0;
};

Simulation::Simulation(Device device, Scenario scenario, Communicator ranks)
    : impl_(std::make_unique<Impl>(std::move(device), std::move(scenario), std::move(ranks))) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

const Scenario& Simulation::scenario() const noexcept { return impl_->scenario(); }
const Device& Simulation::device() const noexcept { return impl_->device(); }
const Communicator& Simulation::ranks() const noexcept { return impl_->ranks(); }
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
  const auto should_stop = [&] { return impl_->should_stop(options); };
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
