// Rung 17 of the ladder: running sums, products, minima and maxima.

#include "cells.hpp"
#include "lockstep/algorithms.hpp"
#include "unit_tree.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

using Running = Array (*)(const Expr&, std::optional<int>, Prefix);

/// A running reduction and the reduction that it runs.
struct RunningCase {
  const char* name;
  Running run;
  Reduction reduction;
};
constexpr RunningCase kCases[] = {{"cumsum", cumsum, Reduction::sum},
                                  {"cumprod", cumprod, Reduction::prod},
                                  {"cummin", cummin, Reduction::min},
                                  {"cummax", cummax, Reduction::max}};

/// b if the reduction prefers it to a: any NaN, then by value, -0 below +0.
template <class T>
T better(T a, T b, bool smallest) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a) return a;
    if (b != b) return b;
    if (a == b) return std::signbit(a) == smallest ? a : b;
  }
  return (smallest ? b < a : a < b) ? b : a;
}

/// One row, element after element; floats by the tree of each prefix, the complete units before the last one kept as
/// nodes.
template <Element T>
Cells reference(Reduction reduction, const std::vector<T>& x, Prefix prefix) {
  const bool sum = reduction == Reduction::sum, exclusive = prefix == Prefix::exclusive;
  if (reduction == Reduction::min || reduction == Reduction::max) {
    const bool smallest = reduction == Reduction::min;
    using L = std::numeric_limits<T>;
    T value = smallest ? L::max() : L::lowest();
    if constexpr (L::has_infinity) value = smallest ? L::infinity() : -L::infinity();
    Cells out{dtype_of<T>, {}};
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (exclusive) out.bits.push_back(to_bits(value));
      value = i ? better(value, x[i], smallest) : x[i];
      if (!exclusive) out.bits.push_back(to_bits(value));
    }
    return out;
  }
  if constexpr (std::is_floating_point_v<T>) {
    const auto fold = [&](const std::vector<T>& v) { return sum ? tree_sum<T>(v) : tree_prod<T>(v); };
    Cells out{dtype_of<T>, {}};
    std::vector<T> complete, last;  // units as nodes; the elements of the one that is not complete
    const auto value = [&] {
      // Nodes join as in the tree of units: the last one goes up, and meets a neighbour where its number is odd.
      std::vector<T> level = complete;
      if (!last.empty()) level.push_back(fold(last));
      if (level.empty()) return sum ? T(0) : T(1);
      while (level.size() > 1) {
        for (std::size_t i = 0; 2 * i < level.size(); ++i)
          level[i] = 2 * i + 1 == level.size() ? level[2 * i]
                     : sum                     ? level[2 * i] + level[2 * i + 1]
                                               : level[2 * i] * level[2 * i + 1];
        level.resize((level.size() + 1) / 2);
      }
      return level[0];
    };
    for (const T v : x) {
      if (exclusive) out.bits.push_back(to_bits(value()));
      last.push_back(v);
      if (!exclusive) out.bits.push_back(to_bits(value()));
      if (last.size() == 1024) {
        complete.push_back(fold(last));
        last.clear();
      }
    }
    return out;
  } else {
    using Wide = std::conditional_t<std::is_unsigned_v<T> && !std::same_as<T, bool>, std::uint64_t, std::int64_t>;
    Cells out{dtype_of<Wide>, {}};
    std::uint64_t value = sum ? 0 : 1;
    for (const T v : x) {
      if (exclusive) out.bits.push_back(value);
      const auto wide = static_cast<std::uint64_t>(static_cast<Wide>(v));
      value = sum ? value + wide : value * wide;
      if (!exclusive) out.bits.push_back(value);
    }
    return out;
  }
}

Cells reference(Reduction reduction, const Cells& x, Prefix prefix) {
  return visit(x.type, [&]<Element T>() {
    std::vector<T> values;
    for (const std::uint64_t bits : x.bits) values.push_back(from_bits<T>(bits));
    return reference<T>(reduction, values, prefix);
  });
}

/// Values of one size, so that sums round and products stay finite.
template <class T>
std::vector<T> even_values(std::size_t n, bool near_one) {
  std::mt19937_64 random(n);
  std::vector<T> out(n);
  for (T& v : out) {
    const auto unit = static_cast<T>(static_cast<double>(random() >> 11) * 0x1p-53);
    v = near_one ? T(1) + (unit - T(0.5)) / T(64) : unit - T(0.25);
  }
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "running reductions of every type and awkward size are those of each prefix") {
  for (const RunningCase& c : kCases) {
    CAPTURE(c.name);
    for (const DType type : dtypes_of(device)) {
      CAPTURE(to_string(type));
      for (const std::size_t n : {1, 31, 33, 1023, 1024, 1025, 5000}) {
        CAPTURE(n);
        const Cells values = awkward_cells(type, n, n);
        const Array x = upload(device, values);
        CHECK(difference(c.run(x, {}, Prefix::inclusive), reference(c.reduction, values, Prefix::inclusive)) == "");
        CHECK(difference(c.run(x, 0, Prefix::exclusive), reference(c.reduction, values, Prefix::exclusive)) == "");
      }
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "running sums and products of floats round as the tree of each prefix says") {
  const auto check = [&]<Element T>(std::size_t n) {
    CAPTURE(n);
    const Cells terms = cells(even_values<T>(n, false)), factors = cells(even_values<T>(n, true));
    for (const Prefix prefix : {Prefix::inclusive, Prefix::exclusive}) {
      CHECK(difference(cumsum(upload(device, terms), 0, prefix), reference(Reduction::sum, terms, prefix)) == "");
      CHECK(difference(cumprod(upload(device, factors), 0, prefix), reference(Reduction::prod, factors, prefix)) == "");
    }
  };
  for (const std::size_t n : {2048, 3 * 1024 + 1, 7 * 1024, 8 * 1024 - 1, 33 * 1024 + 17}) {
    check.operator()<float>(n);
    if (device.info().has_f64) check.operator()<double>(n);
  }
}

TEST_CASE_FIXTURE(OnDevice, "an element of a running sum has the bits of the sum of its prefix") {
  const std::size_t n = scaled((1 << 21) + 5);
  const Array x = device.array(even_values<float>(n, false));
  const std::vector<float> running = cumsum(x).to_host<float>();
  const auto sum_of = [&](std::size_t count) {
    return item<float>(sum(x.slice({{0, static_cast<std::int64_t>(count)}})));
  };
  std::mt19937_64 random(1);
  std::vector<std::size_t> places = {0, 1, 127, 128, 1023, 1024, 524287, 524288, 1048575, 1048576, n - 2, n - 1};
  for (int i = 0; i < 60; ++i) places.push_back(random() % n);
  for (const std::size_t i : places) {
    if (i >= n) continue;
    CAPTURE(i);
    CHECK(same_bits(running[i], sum_of(i + 1)));
  }
}

TEST_CASE_FIXTURE(OnDevice, "a running sum of whole numbers is exact over more units than one launch joins") {
  const std::size_t n = scaled((1 << 24) + 1);
  const Array out = cumsum(arange(n) + device.zeros({1}, DType::i64));
  const Expr i = index(0);
  CHECK(item<bool>(all(Expr(out) == i * (i + 1) / 2)));
}

TEST_CASE_FIXTURE(OnDevice, "a running reduction takes views, any axis, expressions and all axes as one") {
  const std::vector<float> values = even_values<float>(6 * 50 * 1100, false);
  const Array all = device.array(values, {6, 50, 1100});
  const Array view = all.slice({{1, 6, 2}, {Slice::kOpen, Slice::kOpen, -1}, {3, 1100}});
  for (int axis = -3; axis < 3; ++axis) {
    CAPTURE(axis);
    const int at = axis < 0 ? axis + 3 : axis;
    const Array out = cumsum(Expr(view) * 2, axis);
    CHECK(out.shape() == view.shape());
    CHECK(out.is_contiguous());
    // Every row by itself, read through a view of the result.
    std::vector<int> order = {0, 1, 2};
    std::swap(order[static_cast<std::size_t>(at)], order[2]);
    const Array rows = view.transpose(order), running = out.transpose(order);
    for (const std::int64_t r : {0, 2})
      for (const std::int64_t s : {0, 1, 2}) {
        Cells row = cells(evaluate(Expr(rows.at(r).at(s)) * 2));
        CHECK(difference(running.at(r).at(s), reference(Reduction::sum, row, Prefix::inclusive)) == "");
      }
  }
  const Array flat = cumsum(view);
  CHECK(flat.shape() == Shape{view.size()});
  CHECK(difference(flat, reference(Reduction::sum, cells(view), Prefix::inclusive)) == "");
  CHECK(difference(cumsum(view.at(0).at(7)), cumsum(view.at(0).at(7).copy())) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a running reduction of nothing, of one element and of many short rows") {
  CHECK(cumsum(device.zeros({0}, DType::f32)).shape() == Shape{0});
  CHECK(cumsum(device.zeros({3, 0}, DType::i32), 1).shape() == Shape{3, 0});
  CHECK(cumsum(device.zeros({0, 3}, DType::i32), 1).dtype() == DType::i64);
  CHECK(cummin(device.full({}, 7, DType::u8)).to_host<std::uint8_t>() == std::vector<std::uint8_t>{7});
  const Array rows = cumsum(device.full({500, 3}, 1, DType::i32), 1);
  CHECK(item<bool>(all(Expr(rows) == index(1) + 1)));
  CHECK(cumsum(device.array({1.5f, 2.0f}), 0, Prefix::exclusive).to_host<float>() == std::vector<float>{0, 1.5f});
  CHECK(same_bits(cumsum(device.array({-0.0f})).item<float>(), -0.0f));
}

TEST_CASE_FIXTURE(OnDevice, "a running reduction refuses an axis that is not there, and a number without a device") {
  const Array x = device.zeros({2, 3}, DType::f32);
  CHECK(failure(Code::bad_shape, "2", [&] { cumsum(x, 2); }) == "");
  CHECK(failure(Code::bad_shape, "-3", [&] { cumsum(x, -3); }) == "");
  CHECK(failure(Code::bad_argument, "device", [&] { cumsum(Expr(1.0)); }) == "");
  CHECK(evaluate(x + 1).at(0).at(0).item<float>() == 1);
}
