// Forces of all pairs of particles as one fused expression: a row of places against a column of them, summed along the
// row. Bound by arithmetic. Right is the same formula, pair by pair, summed in the order of the unit tree.
#include <array>
#include <cmath>
#include <memory>

#include "case_tables.hpp"
#include "expression_case.hpp"
#include "fold_reference.hpp"
#include "pairs.hpp"

namespace lockstep::bench {
namespace {

template <class V>
using Vector3 = std::array<V, 3>;

/// The factor of the distance in the force of j on i; what a type needs is found by its namespace.
struct Gravity {
  static constexpr double kFlops = 18;  // with distance and sums; a root and a division count as one each
  static constexpr double kSign = 1;    // the distance is x_j - x_i
  template <class T, class V>
  static V distance(const V& d, std::uint64_t) {
    return d;
  }
  template <class T, class V>
  static V factor(const V& r2) {
    const V softened = r2 + static_cast<T>(kSoftening2);
    using std::sqrt;
    return 1 / (softened * sqrt(softened));
  }
};
struct Melt {
  static constexpr double kFlops = 33;  // rint counts as one, comparisons as none
  static constexpr double kSign = -1;   // x_i - x_j
  template <class T, class V>
  static V distance(const V& d, std::uint64_t n) {
    using std::rint;
    return d - static_cast<T>(box_edge(n)) * rint(d * static_cast<T>(1 / box_edge(n)));
  }
  template <class T, class V>
  static V factor(const V& r2) {
    const V s = 1 / r2, s3 = s * s * s;
    const V force = 48 * s3 * (s3 - static_cast<T>(0.5)) * s;
    if constexpr (std::floating_point<V>)
      return r2 < static_cast<T>(kCutoff2) && r2 > 0 ? force : 0;
    else
      return where(r2 < static_cast<T>(kCutoff2) && r2 > 0, force, 0);
  }
};

/// The three terms of one pair, or of all.
template <class Pair, class T, class V>
Vector3<V> terms(const Vector3<V>& at_i, const Vector3<V>& at_j, std::uint64_t n) {
  const auto along = [&](int axis) {
    const auto a = static_cast<std::size_t>(axis);
    return Pair::template distance<T, V>(Pair::kSign > 0 ? at_j[a] - at_i[a] : at_i[a] - at_j[a], n);
  };
  const Vector3<V> d = {along(0), along(1), along(2)};
  const V factor = Pair::template factor<T, V>(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
  return {factor * d[0], factor * d[1], factor * d[2]};
}

template <class T>
using Columns = std::array<std::vector<T>, 3>;

template <class T>
Columns<T> random_places(std::uint64_t n) {
  return {input_values<T>(0, n), input_values<T>(1, n), input_values<T>(2, n)};
}

template <class T>
Columns<T> shaken_lattice(std::uint64_t n) {
  constexpr double kBasis[4][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
  const std::uint64_t cells = lattice_cells(n);
  Columns<T> all;
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::uint64_t cell = i / 4, at[3] = {cell % cells, cell / cells % cells, cell / cells / cells};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double place = (static_cast<double>(at[axis]) + kBasis[i % 4][axis]) * kLatticeConstant;
      all[axis].push_back(static_cast<T>(place) + T(0.125) * (input_value<T>(axis, i) - T(1)));
    }
  }
  return all;
}

template <class Pair, class T>
Prepared prepare(const Device& device, const Columns<T>& places) {
  const std::uint64_t n = places[0].size();
  const auto array = [&](std::size_t axis) { return device.array(places[axis]); };
  const Vector3<Array> at = {array(0), array(1), array(2)};
  const auto reshaped = [&](const Shape& shape) {
    return Vector3<Expr>{at[0].reshape(shape), at[1].reshape(shape), at[2].reshape(shape)};
  };
  const Vector3<Expr> each = terms<Pair, T, Expr>(reshaped({n, 1}), reshaped({1, n}), n);
  const auto forces = std::make_shared<Vector3<Expr>>(Vector3<Expr>{sum(each[0], 1), sum(each[1], 1), sum(each[2], 1)});
  const auto result = [device, forces] {
    std::vector<std::byte> all;
    for (const Array& column : device.evaluate(*forces)) {
      const std::vector<std::byte> bytes = read_back(column);
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
  };
  return {[device, forces] { device.evaluate(*forces); }, result};
}

/// All x, then all y, then all z.
template <class Pair, class T>
std::vector<std::byte> expected(const Columns<T>& places) {
  const std::size_t n = places[0].size();
  std::vector<T> out(3 * n);
  Columns<T> strips = {std::vector<T>(n), std::vector<T>(n), std::vector<T>(n)};
  const auto at = [&](std::size_t i) { return Vector3<T>{places[0][i], places[1][i], places[2][i]}; };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const Vector3<T> each = terms<Pair, T, T>(at(i), at(j), n);
      for (std::size_t axis = 0; axis < 3; ++axis) strips[axis][j] = each[axis];
    }
    for (std::size_t axis = 0; axis < 3; ++axis) out[axis * n + i] = reference::sum(std::span<const T>(strips[axis]));
  }
  return bytes_of(std::span<const T>(out));
}

/// `Places<T>::of(n)` gives the particles.
template <class Pair, class Places>
Case all_pairs(const char* name, const char* what, Places, std::vector<std::uint64_t> sizes) {
  Case row{name, what, Floats::list(), 6, 0};
  row.pair_flops = Pair::kFlops;
  row.sizes = std::move(sizes);
  row.arrays = 6;
  row.sums = true;
  row.prepare = [](const Device& device, DType type, std::uint64_t n, std::uint64_t) {
    return Floats::call(type, [&]<class T>() { return prepare<Pair, T>(device, Places{}.template operator()<T>(n)); });
  };
  row.expected = [](DType type, std::uint64_t n) {
    return Floats::call(type, [&]<class T>() { return expected<Pair, T>(Places{}.template operator()<T>(n)); });
  };
  row.input = [](DType type, std::uint64_t slot, std::uint64_t n) {
    return Floats::call(type, [&]<class T>() {
      return bytes_of(std::span<const T>(Places{}.template operator()<T>(n)[static_cast<std::size_t>(slot)]));
    });
  };
  return row;
}

}  // namespace

std::vector<Case> pair_cases() {
  std::vector<Case> rows;
  rows.push_back(all_pairs<Gravity>("gravity", "accelerations of n bodies, all pairs, softened",
                                    []<class T>(std::uint64_t n) { return random_places<T>(n); },
                                    {std::uint64_t{1} << 10, std::uint64_t{1} << 12}));
  rows.push_back(all_pairs<Melt>("melt", "Lennard-Jones forces of n atoms, all pairs, cut at 2.5, periodic",
                                 []<class T>(std::uint64_t n) { return shaken_lattice<T>(n); }, {500, 4000}));
  for (Case& row : rows) row.quick = true;
  return rows;
}

}  // namespace lockstep::bench
