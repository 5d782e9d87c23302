#include "particles/dynamics.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "orbit/orbit.hpp"

namespace lockstep {
namespace particles {
namespace {

// What a particle of unit mass has at its present position, where the velocity is w times the unit tangent; a particle
// at the origin has none.
Expr radius(const DeviceParticles& p) { return sqrt(Expr(p.x) * p.x + Expr(p.y) * p.y); }
Expr unless_at_origin(const DeviceParticles& p, const Expr& value) { return where(radius(p) == 0, 0, value); }

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Quantity kOrbitQuantities[] = {
    {{"kinetic", "kinetic energy, for particles of mass 1"},
     0,
     Reduction::sum,
     [](const DeviceParticles& p) { return unless_at_origin(p, 0.5 * (Expr(p.w) * p.w)); }},
    {{"angular", "angular momentum about the origin"},
     0,
     Reduction::sum,
     [](const DeviceParticles& p) { return radius(p) * p.w; }},
    {{"r_mean", "mean distance from the origin"}, kNaN, Reduction::mean, radius},
    {{"r_min", "least distance from the origin"}, kNaN, Reduction::min, radius},
    {{"r_max", "greatest distance from the origin"}, kNaN, Reduction::max, radius},
    {{"momentum_x", "sum of the velocities along x"},
     0,
     Reduction::sum,
     [](const DeviceParticles& p) { return unless_at_origin(p, -Expr(p.y) / radius(p) * p.w); }},
    {{"momentum_y", "sum of the velocities along y"},
     0,
     Reduction::sum,
     [](const DeviceParticles& p) { return unless_at_origin(p, Expr(p.x) / radius(p) * p.w); }},
};

template <std::size_t N>
constexpr std::array<QuantityInfo, N> infos(const Quantity (&quantities)[N]) {
  std::array<QuantityInfo, N> list;
  for (std::size_t i = 0; i < N; ++i) list[i] = quantities[i].info;
  return list;
}
constexpr auto kOrbitInfos = infos(kOrbitQuantities);

constexpr Dynamics kDynamics[] = {
    {{"orbit", "each particle runs along the tangent of its circle around the origin with the speed w"},
     orbit_kernel,
     kOrbitQuantities,
     kOrbitInfos},
};

template <std::size_t N>
constexpr std::array<DynamicsInfo, N> infos(const Dynamics (&rows)[N]) {
  std::array<DynamicsInfo, N> list;
  for (std::size_t i = 0; i < N; ++i) list[i] = rows[i].info;
  return list;
}
constexpr auto kDynamicsInfos = infos(kDynamics);

}  // namespace

const Dynamics& dynamics_named(std::string_view name) {
  return *std::find_if(std::begin(kDynamics), std::end(kDynamics),
                       [&](const Dynamics& row) { return row.info.name == name; });
}

}  // namespace particles

std::span<const DynamicsInfo> all_dynamics() noexcept { return particles::kDynamicsInfos; }

}  // namespace lockstep
