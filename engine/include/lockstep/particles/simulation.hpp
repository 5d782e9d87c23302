#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/comm/communicator.hpp"
#include "lockstep/device.hpp"
#include "lockstep/particles/scenario.hpp"

namespace lockstep {

/// A number that tells of the whole state, such as the kinetic energy.
struct QuantityInfo {
  std::string_view name;
  std::string_view what;
};

/// A kind of motion that a scenario may ask for.
struct DynamicsInfo {
  std::string_view name;
  std::string_view what;
};

/// All kinds of motion, in the order in which help shows them.
std::span<const DynamicsInfo> all_dynamics() noexcept;

/// The diagnostics of one moment.
struct Diagnostics {
  std::int64_t step = 0;
  double time = 0;             ///< step * timestep
  std::vector<double> values;  ///< one for each of `Simulation::quantities()`
};

/// How far a run is.
struct Progress {
  std::int64_t step = 0;
  std::int64_t steps = 0;  ///< at which the run ends
  double seconds = 0;      ///< since the call of `run`
};

/// What `run` calls on the way. All may be empty.
struct RunOptions {
  std::function<void(const Progress&)> progress;        ///< after every launch: about 20 times a second
  std::function<void(const Diagnostics&)> diagnostics;  ///< at step 0, at multiples of `output.every`, and at the end
  std::function<bool()> stop;                           ///< asked after every launch; true ends the run early
};

struct RunResult {
  bool stopped = false;       ///< `stop` ended it before the last step
  double seconds = 0;         ///< spent in `run`
  double particle_steps = 0;  ///< done in `run`
};

/// A scenario under way on a device, or on the devices of several ranks: then each has a run of the particles, in the
/// order of their ids, and every call that blocks is collective.
class Simulation {
 public:
  /// Loads the particles, on rank 0 alone, and brings them to the device. Throws what `load_particles` throws, and
  /// `out_of_memory`; all ranks throw what one does.
  Simulation(Device device, Scenario scenario, Communicator ranks = {});
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;
  ~Simulation();

  const Scenario& scenario() const noexcept;
  const Device& device() const noexcept;
  const Communicator& ranks() const noexcept;
  /// Of the particles of all ranks.
  std::uint64_t size() const noexcept;
  std::int64_t step() const noexcept;
  /// `step() * timestep`, rounded once.
  double time() const noexcept;

  /// Does `steps` steps, in launches of about 50 ms. Blocks. The bits do not depend on how the steps are divided.
  /// Throws `bad_argument` if `steps` is negative.
  void advance(std::int64_t steps);
  /// Advances to the last step of the scenario. Blocks. On several ranks `stop` counts wherever it is true, and all
  /// stop after the same step.
  RunResult run(const RunOptions& options = {});

  /// What `diagnostics` gives, in order. For the speeds of particles these take the velocity at the present position.
  std::span<const QuantityInfo> quantities() const noexcept;
  /// Reduces the state to its diagnostics in one pass over memory. Blocks. Without particles sums are 0, the rest NaN.
  Diagnostics diagnostics() const;
  /// A copy of the state. Blocks. Of several ranks, rank 0 has the particles of all, the others none.
  State state() const;
  /// x and y alone, in the order of the ids: half of what `state` brings from the device. Blocks.
  std::array<std::vector<double>, 2> positions() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
