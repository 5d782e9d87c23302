#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>
#include <stdexcept>

#include "lockstep/error.hpp"
#include "particles/particle_source.hpp"

namespace lockstep {
namespace {

struct Load {
  DType precision;

  Particles operator()(const InlineParticles& source) const { return source.particles; }
  Particles operator()(const ParticleFile& source) const {
    return particles::read_particle_file(source.path, precision);
  }
  Particles operator()(const GeneratedParticles& source) const { return particles::generate(source); }
};

void sort_by_id(Particles& p) {
  if (std::is_sorted(p.id.begin(), p.id.end())) return;
  std::vector<std::size_t> order(p.id.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p.id[a] < p.id[b]; });
  const auto reorder = [&](auto& column) {
    auto sorted = column;
    for (std::size_t i = 0; i < order.size(); ++i) sorted[i] = column[order[i]];
    column = std::move(sorted);
  };
  reorder(p.id);
  for (auto* column : {&p.x, &p.y, &p.w}) reorder(*column);
}

/// What messages begin with: the file, if the particles are in one.
std::string origin_of(const ParticleSource& source) {
  const auto* file = std::get_if<ParticleFile>(&source);
  return file ? file->path.string() + ": " : std::string();
}

void check_ids(const Particles& p, const std::string& origin) {
  if (!p.id.empty() && p.id.front() < 0)
    throw Error(Code::bad_argument,
                fmt::format("{}the particle id {} is negative or beyond 2^63-1", origin, p.id.front()));
  const auto twice = std::adjacent_find(p.id.begin(), p.id.end());
  if (twice != p.id.end())
    throw Error(Code::bad_argument, fmt::format("{}two particles have the id {}", origin, *twice));
}

void round_column(std::vector<double>& column, std::string_view name, const Particles& p, DType precision,
                  const std::string& origin) {
  for (std::size_t i = 0; i < column.size(); ++i) {
    const double rounded = precision == DType::f32 ? static_cast<double>(static_cast<float>(column[i])) : column[i];
    if (!std::isfinite(rounded))
      throw Error(Code::bad_argument, fmt::format("{}particle {}: {} = {} is not finite in {}", origin, p.id[i], name,
                                                  column[i], to_string(precision)));
    column[i] = rounded;
  }
}

}  // namespace

Particles load_particles(const ParticleSource& source, DType precision) try {
  Particles p = std::visit(Load{precision}, source);
  sort_by_id(p);
  const std::string origin = origin_of(source);
  check_ids(p, origin);
  round_column(p.x, "x", p, precision, origin);
  round_column(p.y, "y", p, precision, origin);
  round_column(p.w, "w", p, precision, origin);
  p.vx.assign(p.x.size(), 0);
  p.vy.assign(p.x.size(), 0);
  return p;
} catch (const std::bad_alloc&) {
  throw Error(Code::out_of_memory, "the particles do not fit into the host's memory", "Use fewer particles.");
} catch (const std::length_error&) {
  throw Error(Code::out_of_memory, "the particles do not fit into the host's memory", "Use fewer particles.");
}

}  // namespace lockstep
