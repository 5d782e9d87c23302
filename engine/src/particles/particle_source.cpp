#include "particles/particle_source.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "lockstep/error.hpp"

namespace lockstep::particles {
namespace {

constexpr std::string_view kSourceKeys[] = {"inline", "file", "generate", "x"};
constexpr std::string_view kParticlesKeys[] = {"inline", "file", "generate", "id", "x", "y", "w"};
constexpr std::string_view kParticleKeys[] = {"id", "x", "y", "w"};
constexpr std::string_view kKinds[] = {"disc", "box", "ring"};
constexpr std::string_view kKindKeys[][7] = {
    {"kind", "count", "seed", "w", "radius", "center"},
    {"kind", "count", "seed", "w", "x", "y"},
    {"kind", "count", "seed", "w", "radius", "center"},
};
constexpr std::string_view kAnyKindKeys[] = {"kind", "count", "seed", "w", "radius", "center", "x", "y"};
constexpr std::int64_t kMostParticles = std::int64_t{1} << 40;

void number_ids(Particles& particles) {
  particles.id.resize(particles.x.size());
  std::iota(particles.id.begin(), particles.id.end(), std::int64_t{0});
}

// particles.inline = [{x = 0.3, y = 0.5, w = 1.0}, ...]
InlineParticles read_inline(const Section& section) {
  Particles p;
  const toml::array& rows = section.array("inline");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const toml::table* row = rows[i].as_table();
    if (!row) section.refuse("inline", fmt::format("must hold tables {{x, y, w}}; element {} is not one", i));
    const Section particle(*row, fmt::format("particles.inline[{}]", i), kParticleKeys);
    p.x.push_back(particle.number("x"));
    p.y.push_back(particle.number("y"));
    p.w.push_back(particle.number("w"));
    if (particle.has("id")) p.id.push_back(particle.integer("id", 0, std::numeric_limits<std::int64_t>::max()));
  }
  if (p.id.empty()) number_ids(p);
  if (p.id.size() != p.x.size()) section.refuse("inline", "must have an id in every particle or in none");
  return {std::move(p)};
}

// particles.x = [...], particles.y = [...], particles.w = [...]
InlineParticles read_columns(const Section& section) {
  Particles p;
  p.x = section.numbers("x");
  p.y = section.numbers("y");
  p.w = section.numbers("w");
  if (section.has("id"))
    p.id = section.integers("id");
  else
    number_ids(p);
  const std::pair<std::string_view, std::size_t> lengths[] = {
      {"y", p.y.size()}, {"w", p.w.size()}, {"id", p.id.size()}};
  for (const auto& [key, length] : lengths)
    if (length != p.x.size())
      section.refuse(key, fmt::format("has {} elements, but 'particles.x' has {}", length, p.x.size()));
  return {std::move(p)};
}

// Which keys there are depends on the kind, so it is read first.
GeneratedParticles read_generated(const Section& section) {
  const std::size_t kind = section.section("generate", kAnyKindKeys).choice("kind", kKinds);
  std::vector<std::string_view> keys;
  for (const std::string_view key : kKindKeys[kind])
    if (!key.empty()) keys.push_back(key);
  const Section from = section.section("generate", keys);
  GeneratedParticles made;
  made.kind = static_cast<GeneratedParticles::Kind>(kind);
  made.count = static_cast<std::uint64_t>(from.integer("count", 0, kMostParticles));
  made.seed = static_cast<std::uint32_t>(from.integer("seed", 0, std::numeric_limits<std::uint32_t>::max()));
  made.w = from.range("w");
  if (made.kind == GeneratedParticles::Kind::box) {
    made.x = from.range("x");
    made.y = from.range("y");
    return made;
  }
  made.radius = from.range("radius");
  if (made.radius[0] < 0) from.refuse("radius", fmt::format("must not be negative, got {}", made.radius[0]));
  if (made.kind == GeneratedParticles::Kind::ring && made.radius[0] != made.radius[1])
    from.refuse("radius", "of a ring must be one number", "Use kind = \"disc\" for a range of radii.");
  if (!std::isfinite(made.radius[1] * made.radius[1])) from.refuse("radius", "is too large to be squared");
  // One number is a whole disc.
  if (made.kind == GeneratedParticles::Kind::disc && !from.need("radius").is_array()) made.radius[0] = 0;
  if (from.has("center")) made.center = from.pair("center");
  return made;
}

ParticleFile read_file_source(const Section& section, const std::filesystem::path& directory) {
  const std::filesystem::path path = section.text("file");
  if (path.empty()) section.refuse("file", "is empty");
  return {path.is_absolute() ? path : directory / path};
}

}  // namespace

ParticleSource read_source(const Section& root, const std::filesystem::path& directory) {
  const Section section = root.section("particles", kParticlesKeys);
  const std::string_view source = section.only_one_of(kSourceKeys);
  if (source != "x")
    for (const std::string_view key : {"y", "w", "id"})
      if (section.has(key)) section.refuse(key, fmt::format("and 'particles.{}' exclude each other", source));
  if (source == "inline") return read_inline(section);
  if (source == "file") return read_file_source(section, directory);
  if (source == "generate") return read_generated(section);
  return read_columns(section);
}

}  // namespace lockstep::particles
