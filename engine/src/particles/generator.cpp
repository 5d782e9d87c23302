#include <cmath>

#include "lockstep/error.hpp"
#include "lockstep/random.hpp"
#include "particles/particle_source.hpp"

namespace lockstep::particles {
namespace {

// Only + - * / sqrt, so that the particles are the same on every machine.
constexpr std::uint32_t kInitialStream = 0;

double between(const Range& range, double u) { return range[0] + u * (range[1] - range[0]); }

// A uniform direction: points in a square until one is inside the unit circle. 3 in 4 are.
std::array<double, 2> direction(const RandomStream& random, std::uint64_t id) {
  for (std::uint32_t draw = 1;; ++draw) {
    const auto [u, v] = random.uniform_f64(id, 0, draw);
    const double a = 2 * u - 1, b = 2 * v - 1;
    const double square = a * a + b * b;
    if (square > 1 || square == 0) continue;
    const double norm = std::sqrt(square);
    return {a / norm, b / norm};
  }
}

// Uniform over the area: the square of the radius is uniform.
std::array<double, 2> in_disc(const GeneratedParticles& from, const RandomStream& random, std::uint64_t id, double u) {
  const auto [a, b] = direction(random, id);
  const Range squares{from.radius[0] * from.radius[0], from.radius[1] * from.radius[1]};
  const double r = from.radius[0] == from.radius[1] ? from.radius[0] : std::sqrt(between(squares, u));
  return {from.center[0] + r * a, from.center[1] + r * b};
}

std::array<double, 2> in_box(const GeneratedParticles& from, const RandomStream& random, std::uint64_t id) {
  const auto [u, v] = random.uniform_f64(id, 0, 1);
  return {between(from.x, u), between(from.y, v)};
}

}  // namespace

Particles generate(const GeneratedParticles& source) {
  const RandomStream random(source.seed, kInitialStream);
  const auto count = static_cast<std::size_t>(source.count);
  Particles p;
  for (auto* column : {&p.x, &p.y, &p.w}) column->resize(count);
  p.id.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto [u_w, u_r] = random.uniform_f64(i, 0, 0);
    const auto [x, y] =
        source.kind == GeneratedParticles::Kind::box ? in_box(source, random, i) : in_disc(source, random, i, u_r);
    p.id[i] = static_cast<std::int64_t>(i);
    p.x[i] = x;
    p.y[i] = y;
    p.w[i] = between(source.w, u_w);
  }
  return p;
}

}  // namespace lockstep::particles
