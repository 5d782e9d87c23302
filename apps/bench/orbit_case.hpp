#pragma once

#include "case.hpp"

namespace lockstep::bench {

/// The orbit integrator, many steps per launch: bound by square roots and divisions.
Case orbit();

/// How many steps one execution of it does, and how long one is.
inline constexpr int kOrbitSteps = 100;
inline constexpr double kOrbitTimestep = 0x1p-10;

}  // namespace lockstep::bench
