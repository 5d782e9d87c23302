#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/npy.hpp"

namespace lockstep {

/// Particles in host memory, one vector per column, ordered by id. The values of an f32 run are held exactly.
struct Particles {
  std::vector<std::int64_t> id;  ///< 0 or greater, each once
  std::vector<double> x, y;      ///< position
  std::vector<double> w;         ///< tangential speed
  std::vector<double> vx, vy;    ///< direction of the last step; 0 before the first

  std::uint64_t size() const noexcept { return id.size(); }
};

/// Where a run stands: all that its hash covers.
struct State {
  std::string dynamics;
  DType precision = DType::f64;
  std::int64_t step = 0;
  Particles particles;
};

/// 32 hexadecimal digits (XXH3, 128 bits) that are the same exactly for states with the same bits, on every machine.
/// The bytes that are hashed, numbers in little-endian order: "lockstep-state-1\n", the dynamics' name, "\n", the
/// precision ("f32"), "\n", the step and the number of particles as u64, then the columns id (i64), x, y, vx, vy, w in
/// the precision of the run, ordered by id. A NaN counts as the positive quiet one without payload.
std::string state_hash(const State& state);

/// The table that a run leaves: id, x, y, vx, vy, in the precision of the run, for `write_csv` and `write_npy`.
Npy final_table(const State& state);

}  // namespace lockstep
