#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lockstep/particles/particles.hpp"

namespace lockstep {

/// Particles that stand in the scenario itself.
struct InlineParticles {
  Particles particles;
};

/// A CSV file with a header line, or a `.npy` file: structured with named fields, or of shape (n, 3).
struct ParticleFile {
  std::filesystem::path path;
};

/// From the first number to the second.
using Range = std::array<double, 2>;

/// Particles made from a seed: particle i depends on the seed and on i alone, not on the count.
struct GeneratedParticles {
  enum class Kind {
    disc,  ///< uniform over the area between two radii
    box,   ///< uniform over a rectangle
    ring,  ///< on one circle, at a uniform angle
  };
  Kind kind = Kind::disc;
  std::uint64_t count = 0;
  std::uint32_t seed = 0;
  Range radius{};  ///< of disc and ring
  std::array<double, 2> center{};
  Range x{}, y{};  ///< of box
  Range w{};       ///< uniform
};

using ParticleSource = std::variant<InlineParticles, ParticleFile, GeneratedParticles>;

enum class OutputFormat { csv, npy };

struct OutputOptions {
  OutputFormat format = OutputFormat::csv;
  std::int64_t every = 1;  ///< steps between rows of diagnostics
};

/// What a scenario file says, checked. The keys stand in docs/scenarios.md.
struct Scenario {
  std::string name;  ///< of the file, or "text"
  std::string title;
  std::string text;  ///< as it was read
  std::vector<std::string> overrides;
  DType precision = DType::f64;
  std::string dynamics;
  double timestep = 0;
  std::int64_t steps = 0;
  ParticleSource particles;
  OutputOptions output;

  double duration() const noexcept { return static_cast<double>(steps) * timestep; }
};

/// Reads a scenario. `overrides` are settings "key=value": a dotted key, and a value as TOML writes it, or a bare word
/// that stands for a string. They come before all checks; one that sets `dynamics.steps` replaces `dynamics.duration`
/// and the other way round. Relative paths of files count from `directory`. Throws `bad_text` for what is no TOML or
/// has an unknown key, `bad_argument` for a value outside its range, both with the place as file:line:column.
Scenario parse_scenario(std::string_view text, const std::filesystem::path& directory = {},
                        std::span<const std::string> overrides = {}, const std::string& name = "text");
/// The same from a file. Throws `file` too.
Scenario load_scenario(const std::filesystem::path& path, std::span<const std::string> overrides = {});

/// Reads or makes the particles of a scenario, ordered by id and rounded to `precision`.
/// Throws `bad_argument` for values that are not finite in that precision, for negative or repeated ids and for columns
/// that are missing or unknown; `file` and `bad_text` for a file that cannot be read.
Particles load_particles(const ParticleSource& source, DType precision);

}  // namespace lockstep
