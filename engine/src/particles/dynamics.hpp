#pragma once

#include <span>

#include "lockstep/expr.hpp"
#include "lockstep/native_kernel.hpp"
#include "lockstep/particles/simulation.hpp"

namespace lockstep::particles {

/// The particles on a device.
struct DeviceParticles {
  Array x, y, w, vx, vy;
};

/// A diagnostic: a reduction over all particles.
struct Quantity {
  QuantityInfo info;
  double of_nothing;  ///< without particles: 0 for a sum, NaN for a mean or an extreme
  Reduction reduction;
  Expr (*of_each)(const DeviceParticles& particles);  ///< what is reduced
};

/// A kind of motion: one row of the table, and a kernel with the arguments x, y, w, vx, vy, timestep, steps.
struct Dynamics {
  DynamicsInfo info;
  const NativeKernel& (*kernel)(DType type);
  std::span<const Quantity> quantities;
  std::span<const QuantityInfo> quantity_infos;
};

/// The row with this name, which is in the table.
const Dynamics& dynamics_named(std::string_view name);

}  // namespace lockstep::particles
