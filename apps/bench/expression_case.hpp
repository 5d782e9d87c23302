#pragma once

// How rows that are expressions become cases: over one or two input arrays x and y, either an array of the same size,
// or a fold.

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "bytes.hpp"
#include "case.hpp"
#include "input.hpp"
#include "lockstep/expr.hpp"

namespace lockstep::bench {

using ExprOf = Expr (*)(const Expr& x, const Expr& y);
using ShapeOf = Shape (*)(std::uint64_t n);

inline Shape one_axis(std::uint64_t n) { return {n}; }

/// One set of arrays: an input that the case does not use is the first one again.
struct ArraySet {
  Array x, y, out;
};

template <class T>
std::vector<ArraySet> make_sets(const Device& device, const Shape& shape, int inputs, bool has_out,
                                std::uint64_t sets) {
  const auto input = [&](std::uint64_t slot) { return input_values<T>(slot, shape.size()); };
  const std::vector<T> x = inputs > 0 ? input(0) : std::vector<T>();
  const std::vector<T> y = inputs > 1 ? input(1) : std::vector<T>();
  std::vector<ArraySet> all;
  for (std::uint64_t s = 0; s < sets; ++s) {
    ArraySet set;
    if (has_out) set.out = device.empty(shape, dtype_of<T>);
    set.x = inputs > 0 ? device.array(x, shape) : set.out;
    set.y = inputs > 1 ? device.array(y, shape) : set.x;
    all.push_back(std::move(set));
  }
  return all;
}

/// A row whose result has the size of its inputs: `out = f(x, y)`. `right(x, y)` computes one element.
template <class List, class Right>
Case elementwise(std::string name, std::string what, List, int inputs, double flops, ExprOf f, Right right) {
  Case row{std::move(name), std::move(what), List::list(), inputs + 1.0, flops};
  row.arrays = inputs + 1;
  row.prepare = [f, inputs](const Device& device, DType type, std::uint64_t n, std::uint64_t count) {
    return List::call(type, [&]<class T>() {
      auto sets = std::make_shared<std::vector<ArraySet>>(make_sets<T>(device, {n}, inputs, true, count));
      auto values = std::make_shared<std::vector<Expr>>();
      for (const ArraySet& set : *sets) values->push_back(f(set.x, set.y));
      const auto run = [device, sets, values, next = std::size_t{0}]() mutable {
        next = (next + 1) % sets->size();
        device.assign((*sets)[next].out, (*values)[next]);
      };
      const auto result = [device, sets, values] {
        const Array& out = sets->front().out;
        spoil(out);
        device.assign(out, values->front());
        return read_back(out);
      };
      return Prepared{run, result};
    });
  };
  row.expected = [right](DType type, std::uint64_t n) {
    return List::call(type, [&]<class T>() {
      std::vector<T> out(static_cast<std::size_t>(n));
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = right(input_value<T>(0, i), input_value<T>(1, i));
      return bytes_of(std::span<const T>(out));
    });
  };
  return row;
}

/// What a fold is computed over: an array of two axes, of which `axis` is folded, or all of it.
struct Region {
  ShapeOf shape = one_axis;
  int axis = -1;  ///< -1: all
};

/// The elements of `shape` that fold into output number `o`: the first, the step and the count.
struct Strip {
  std::uint64_t first, step, count;
};
inline Strip strip_of(const Region& region, const Shape& shape, std::uint64_t o) {
  if (region.axis < 0) return {0, 1, shape.size()};
  return region.axis == 0 ? Strip{o, shape[1], shape[0]} : Strip{o * shape[1], 1, shape[1]};
}
inline std::uint64_t outputs_of(const Region& region, const Shape& shape) {
  return region.axis < 0 ? 1 : shape[1 - region.axis];
}

/// A row whose result is a fold: `f(x, y)` as an expression; `each(x, y)` gives the element that is folded and
/// `fold(span)` folds.
template <class List, class Each, class Fold>
Case folded(std::string name, std::string what, List, int inputs, double flops, ExprOf f, Each each, Fold fold,
            Region region = {}) {
  Case row{std::move(name), std::move(what), List::list(), double(inputs), flops};
  row.arrays = inputs;
  row.result_type = [](DType type) {
    return List::call(type, []<class T>() {
      using Element = std::invoke_result_t<Each, T, T>;
      return dtype_of<std::invoke_result_t<Fold, std::span<const Element>>>;
    });
  };
  row.prepare = [f, inputs, region](const Device& device, DType type, std::uint64_t n, std::uint64_t count) {
    return List::call(type, [&]<class T>() {
      const auto sets = make_sets<T>(device, region.shape(n), inputs, false, count);
      auto values = std::make_shared<std::vector<Expr>>();
      for (const ArraySet& set : sets) values->push_back(f(set.x, set.y));
      const auto run = [device, values, next = std::size_t{0}]() mutable {
        next = (next + 1) % values->size();
        device.evaluate((*values)[next]);
      };
      return Prepared{run, [device, values] { return read_back(device.evaluate(values->front())); }};
    });
  };
  row.expected = [each, fold, region](DType type, std::uint64_t n) {
    return List::call(type, [&]<class T>() {
      const Shape shape = region.shape(n);
      using Element = decltype(each(T{}, T{}));
      std::vector<std::byte> out;
      std::vector<Element> strip;
      for (std::uint64_t o = 0; o < outputs_of(region, shape); ++o) {
        const auto [first, step, length] = strip_of(region, shape, o);
        strip.clear();
        for (std::uint64_t k = 0, i = first; k < length; ++k, i += step)
          strip.push_back(each(input_value<T>(0, i), input_value<T>(1, i)));
        const auto value = fold(std::span<const Element>(strip));
        const auto bytes = bytes_of(std::span(&value, 1));
        out.insert(out.end(), bytes.begin(), bytes.end());
      }
      return out;
    });
  };
  return row;
}

}  // namespace lockstep::bench
