#pragma once

#include <map>

#include "reference.hpp"
#include "unit_tree.hpp"

// What each reduction gives, over any axes: a reference that gathers the elements of each output one by one.

namespace lockstep::test {

template <std::integral T>
T fold_bits(Reduction reduction, const std::vector<T>& x) {
  T bits = reduction == Reduction::band ? static_cast<T>(-1) : T(0);
  for (const T v : x)
    bits = static_cast<T>(reduction == Reduction::band ? bits & v : reduction == Reduction::bor ? bits | v : bits ^ v);
  return bits;
}

/// The other reductions over a list of elements, in the order of the elements.
template <Element T>
Result fold_reference(Reduction reduction, const std::vector<T>& x) {
  using Wide = std::conditional_t<
      std::is_floating_point_v<T>, T,
      std::conditional_t<std::is_unsigned_v<T> && !std::same_as<T, bool>, std::uint64_t, std::int64_t>>;
  using Mean = Quotient<T>;
  const auto best = [&](bool smallest) {
    std::size_t at = 0;
    for (std::size_t i = 1; i < x.size(); ++i) {
      if (is_nan(x[at])) break;
      // -0 is below +0 as a value, but argmin and argmax take them as equal: see below.
      if (is_nan(x[i]) || (smallest ? x[i] < x[at] : x[at] < x[i])) at = i;
    }
    return at;
  };
  const auto extreme = [&](bool smallest) {
    T value = x[best(smallest)];
    if (value == T(0))
      for (const T v : x)
        if (v == T(0) && is_minus(v) == smallest) value = v;
    return value;
  };
  switch (reduction) {
    case Reduction::sum:
    case Reduction::prod: {
      std::vector<Wide> wide(x.begin(), x.end());
      if constexpr (std::is_floating_point_v<T>) {
        return cell(reduction == Reduction::sum ? tree_sum<Wide>(wide) : tree_prod<Wide>(wide));
      } else {
        std::uint64_t out = reduction == Reduction::sum ? 0 : 1;
        for (const Wide v : wide)
          out = reduction == Reduction::sum ? out + static_cast<std::uint64_t>(v) : out * static_cast<std::uint64_t>(v);
        return cell(static_cast<Wide>(out));
      }
    }
    case Reduction::min:
      return cell(extreme(true));
    case Reduction::max:
      return cell(extreme(false));
    case Reduction::mean: {
      std::vector<Mean> wide(x.begin(), x.end());
      return cell(tree_sum<Mean>(wide) / static_cast<Mean>(x.size()));
    }
    case Reduction::var:
    case Reduction::stddev: {
      std::vector<Mean> wide(x.begin(), x.end());
      const Mean mean = tree_sum<Mean>(wide) / static_cast<Mean>(x.size());
      for (Mean& v : wide) v = (v - mean) * (v - mean);
      const Mean var = tree_sum<Mean>(wide) / static_cast<Mean>(x.size());
      return cell(reduction == Reduction::var ? var : std::sqrt(var));
    }
    case Reduction::norm: {
      std::vector<Mean> squares(x.begin(), x.end());
      for (Mean& v : squares) v = v * v;
      return cell(std::sqrt(tree_sum<Mean>(squares)));
    }
    case Reduction::band:
    case Reduction::bor:
    case Reduction::bxor:
      if constexpr (std::integral<T>) return cell(fold_bits(reduction, x));
      return {};
    case Reduction::lxor:
      return cell(std::count_if(x.begin(), x.end(), [](T v) { return v != T(0); }) % 2 == 1);
    case Reduction::lor:
    case Reduction::any:
      return cell(std::any_of(x.begin(), x.end(), [](T v) { return v != T(0); }));
    case Reduction::land:
    case Reduction::all:
      return cell(std::all_of(x.begin(), x.end(), [](T v) { return v != T(0); }));
    case Reduction::count:
      return cell<std::int64_t>(std::count_if(x.begin(), x.end(), [](T v) { return v != T(0); }));
    case Reduction::argmin:
      return cell(static_cast<std::int64_t>(best(true)));
    case Reduction::argmax:
      return cell(static_cast<std::int64_t>(best(false)));
  }
  return {};
}

/// False for the bits of floats, and for what a device without f64 would need it for.
inline bool is_defined(Reduction r, DType type, bool has_f64) {
  const bool bits = r == Reduction::band || r == Reduction::bor || r == Reduction::bxor;
  const bool mean = r == Reduction::mean || r == Reduction::var || r == Reduction::stddev || r == Reduction::norm;
  return bits ? !is_floating(type) : !mean || has_f64 || type == DType::f32;
}

inline bool lacks_identity(Reduction r) {
  return r == Reduction::min || r == Reduction::max || r == Reduction::argmin || r == Reduction::argmax;
}

/// The reference for any axes: gathers each output's elements in row-major order of the folded axes.
inline Cells fold_axes(Reduction reduction, const Cells& x, const Shape& shape, std::span<const bool> folded) {
  std::map<std::size_t, std::vector<std::uint64_t>> groups;
  std::size_t outputs = 1;
  for (int d = 0; d < shape.rank(); ++d)
    if (!folded[static_cast<std::size_t>(d)]) outputs *= shape[d];
  for (std::size_t o = 0; o < outputs; ++o) groups[o];
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<std::size_t> c(static_cast<std::size_t>(shape.rank()));
    std::size_t left = i, output = 0;
    for (int d = shape.rank(); d-- > 0; left /= shape[d]) c[static_cast<std::size_t>(d)] = left % shape[d];
    for (int d = 0; d < shape.rank(); ++d)
      if (!folded[static_cast<std::size_t>(d)]) output = output * shape[d] + c[static_cast<std::size_t>(d)];
    groups[output].push_back(x.bits[i]);
  }
  Cells out;
  visit(x.type, [&]<Element T>() {
    if (outputs == 0) out.type = fold_reference(reduction, std::vector<T>{T(1)})->type;
    for (const auto& [output, bits] : groups) {
      std::vector<T> values;
      for (const std::uint64_t b : bits) values.push_back(from_bits<T>(b));
      const Result r = fold_reference(reduction, values);
      out.type = r->type;
      out.bits.push_back(r->bits);
    }
  });
  return out;
}

/// Every subset of the axes, every second one counted from the end.
inline std::vector<std::vector<int>> subsets(int rank) {
  std::vector<std::vector<int>> all;
  for (int mask = 1; mask < 1 << rank; ++mask) {
    all.emplace_back();
    for (int d = 0; d < rank; ++d)
      if (mask >> d & 1) all.back().push_back((mask + d) % 2 ? d : d - rank);
  }
  return all;
}

}  // namespace lockstep::test
