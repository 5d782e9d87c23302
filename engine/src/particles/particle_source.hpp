#pragma once

#include <filesystem>

#include "lockstep/particles/scenario.hpp"
#include "particles/toml_section.hpp"

namespace lockstep::particles {

/// Reads the table `particles` of a scenario. Relative paths count from `directory`.
ParticleSource read_source(const Section& root, const std::filesystem::path& directory);

/// The particles of a file, as it has them.
Particles read_particle_file(const std::filesystem::path& path, DType precision);

Particles generate(const GeneratedParticles& source);

}  // namespace lockstep::particles
