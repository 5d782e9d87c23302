#pragma once

#include <random>

#include "cells.hpp"

namespace lockstep::test {

/// What a view must show, worked out on a list of element numbers: shape, and for each element in row-major order its
/// place in the base array. Shares nothing with the strides of Array.
struct ViewModel {
  std::vector<std::int64_t> shape;
  std::vector<std::size_t> places;

  static ViewModel dense(const Shape& of) {
    ViewModel model;
    for (const std::uint64_t extent : of.extents()) model.shape.push_back(static_cast<std::int64_t>(extent));
    for (std::size_t i = 0; i < of.size(); ++i) model.places.push_back(i);
    return model;
  }

  using Coordinates = std::vector<std::int64_t>;

  std::size_t place(const Coordinates& at) const {
    std::int64_t number = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) number = number * shape[d] + at[d];
    return places[static_cast<std::size_t>(number)];
  }

  /// A model of shape `to` whose element at c is this one's at `source(c)`.
  template <class F>
  ViewModel map(std::vector<std::int64_t> to, F source) const {
    ViewModel out{std::move(to), {}};
    std::int64_t n = 1;
    for (const std::int64_t extent : out.shape) n *= extent;
    for (std::int64_t i = 0; i < n; ++i) {
      Coordinates c(out.shape.size());
      std::int64_t left = i;
      for (std::size_t d = c.size(); d-- > 0; left /= out.shape[d]) c[d] = left % out.shape[d];
      out.places.push_back(place(source(c)));
    }
    return out;
  }

  /// Python's `[start:stop:step]` on one axis, step by step as its reference defines it.
  ViewModel slice(std::size_t axis, const Slice& s) const {
    const std::int64_t n = shape[axis];
    const auto bound = [&](std::int64_t given, std::int64_t open) {
      if (given == Slice::kOpen) return open;
      if (given < 0) given += n;
      return s.step > 0 ? std::clamp<std::int64_t>(given, 0, n) : std::clamp<std::int64_t>(given, -1, n - 1);
    };
    const std::int64_t start = bound(s.start, s.step > 0 ? 0 : n - 1), stop = bound(s.stop, s.step > 0 ? n : -1);
    std::vector<std::int64_t> kept;
    for (std::int64_t i = start; s.step > 0 ? i < stop : i > stop; i += s.step) kept.push_back(i);
    auto to = shape;
    to[axis] = static_cast<std::int64_t>(kept.size());
    return map(to, [&](Coordinates c) {
      c[axis] = kept[static_cast<std::size_t>(c[axis])];
      return c;
    });
  }

  ViewModel at(std::int64_t index, std::size_t axis) const {
    auto to = shape;
    to.erase(to.begin() + static_cast<std::ptrdiff_t>(axis));
    return map(to, [&](Coordinates c) {
      c.insert(c.begin() + static_cast<std::ptrdiff_t>(axis), index < 0 ? index + shape[axis] : index);
      return c;
    });
  }

  ViewModel transpose(const std::vector<int>& axes) const {
    std::vector<std::int64_t> to;
    for (const int axis : axes) to.push_back(shape[static_cast<std::size_t>(axis)]);
    return map(to, [&](const Coordinates& c) {
      Coordinates from(c.size());
      for (std::size_t d = 0; d < c.size(); ++d) from[static_cast<std::size_t>(axes[d])] = c[d];
      return from;
    });
  }

  ViewModel reshape(std::vector<std::int64_t> to) const { return {std::move(to), places}; }

  ViewModel broadcast_to(const std::vector<std::int64_t>& to) const {
    const std::size_t extra = to.size() - shape.size();
    return map(to, [&](const Coordinates& c) {
      Coordinates from(c.begin() + static_cast<std::ptrdiff_t>(extra), c.end());
      for (std::size_t d = 0; d < from.size(); ++d)
        if (shape[d] == 1) from[d] = 0;
      return from;
    });
  }

  Shape extents() const {
    std::vector<std::uint64_t> out(shape.begin(), shape.end());
    return Shape(std::span<const std::uint64_t>(out));
  }
  Cells pick(const Cells& base) const {
    Cells out{base.type, {}};
    for (const std::size_t place : places) out.bits.push_back(base.bits[place]);
    return out;
  }
};

/// A view of an array together with what it must show.
struct CheckedView {
  Array array;
  ViewModel model;

  /// Takes another random view of this one.
  CheckedView step(std::mt19937_64& random) const {
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const std::size_t rank = model.shape.size();
    switch (rank == 0 ? 4 : below(5)) {
      case 0: {
        const std::size_t axis = below(rank);
        const auto around = [&] {
          return static_cast<std::int64_t>(below(static_cast<std::size_t>(2 * model.shape[axis] + 5))) -
                 model.shape[axis] - 2;
        };
        Slice s{below(3) ? around() : Slice::kOpen, below(3) ? around() : Slice::kOpen,
                static_cast<std::int64_t>(below(7)) - 3};
        if (s.step == 0) s.step = -1;
        std::vector<Slice> slices(axis);
        slices.push_back(s);
        return {array.slice(slices), model.slice(axis, s)};
      }
      case 1: {
        const std::size_t axis = below(rank);
        if (model.shape[axis] == 0) return *this;
        const auto n = static_cast<std::size_t>(model.shape[axis]);
        const std::int64_t index = static_cast<std::int64_t>(below(2 * n)) - static_cast<std::int64_t>(n);
        return {array.at(index, static_cast<int>(axis)), model.at(index, axis)};
      }
      case 2: {
        std::vector<int> axes(rank);
        for (std::size_t d = 0; d < rank; ++d) axes[d] = static_cast<int>(d);
        std::shuffle(axes.begin(), axes.end(), random);
        return {array.transpose(axes), model.transpose(axes)};
      }
      case 3: {  // all axes in one, or a new axis of 1 in front
        auto to = model.shape;
        if (below(2) && rank < 8) {
          to.insert(to.begin(), 1);
        } else {
          to.assign(1, static_cast<std::int64_t>(model.places.size()));
        }
        const ViewModel next = model.reshape(to);
        return {array.reshape(next.extents()), next};
      }
      default: {
        auto to = model.shape;
        for (auto& extent : to)
          if (extent == 1) extent = static_cast<std::int64_t>(below(4));
        if (to.size() < 8 && model.places.size() < 4000) to.insert(to.begin(), static_cast<std::int64_t>(below(3) + 1));
        const ViewModel next = model.broadcast_to(to);
        return {array.broadcast_to(next.extents()), next};
      }
    }
  }
};

}  // namespace lockstep::test
