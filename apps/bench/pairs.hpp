#pragma once

// What the cases and the hand-written loops of forces between all pairs share. Everything here has internal linkage:
// the sources that include it are compiled for several instruction sets.

#include <cstdint>

namespace lockstep::bench {
namespace {

/// Gravity: the square of the softening length (H. Plummer, 1911); all masses and the constant are 1.
constexpr double kSoftening2 = 0x1p-10;

/// Melt: Lennard-Jones in its own units, cut at 2.5, with atoms shaken about the places of a face-centred cubic lattice
/// of density 0.8442 in a periodic box, as in the benchmark "melt" of S. Plimpton, J. Comput. Phys. 117 (1995).
constexpr double kCutoff2 = 2.5 * 2.5;
constexpr double kLatticeConstant = 1.6795961913825073;  // cube root of 4 / 0.8442

/// Cells along an edge of the smallest box with places for `n` atoms, four in each.
constexpr std::uint64_t lattice_cells(std::uint64_t n) {
  std::uint64_t cells = 1;
  while (4 * cells * cells * cells < n) ++cells;
  return cells;
}
constexpr double box_edge(std::uint64_t n) { return static_cast<double>(lattice_cells(n)) * kLatticeConstant; }

}  // namespace
}  // namespace lockstep::bench
