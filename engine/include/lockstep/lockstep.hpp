#pragma once

/// Everything that a program needs to compute with Lockstep. Particles have their own header,
/// lockstep/particles/simulation.hpp.
#include "lockstep/engine.hpp"
#include "lockstep/evaluate.hpp"
#include "lockstep/npy.hpp"
#include "lockstep/out_of_core.hpp"
#include "lockstep/profile.hpp"
#include "lockstep/random_numbers.hpp"
#include "lockstep/self_test.hpp"
#include "lockstep/text.hpp"
#include "lockstep/version.hpp"
