#include "order_cases.hpp"

#include <algorithm>
#include <numeric>

#include "expression_case.hpp"
#include "lockstep/scan.hpp"
#include "lockstep/select.hpp"
#include "lockstep/sort.hpp"

namespace lockstep::bench {
namespace {

// Sets of arrays are in turn, but all rows share one array of places: it is part of what is moved.
constexpr std::uint64_t kOdd = 0x9E3779B1;  // multiples of it, modulo n, jump about

std::vector<std::int64_t> places(std::uint64_t n) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(n));
  for (std::uint64_t i = 0; i < n; ++i) all[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(i * kOdd % n);
  return all;
}

/// A row whose result is a new array: `f(x, places)`, and `right(values)` on the host.
template <class List, class Right>
Case whole(std::string name, std::string what, List, double moved, Array (*f)(const Array&, const Array&),
           Right right) {
  Case row{std::move(name), std::move(what), List::list(), moved, 0};
  row.arrays = 2;
  row.sizes = {std::uint64_t{1} << 10, std::uint64_t{1} << 14, std::uint64_t{1} << 18, std::uint64_t{1} << 22};
  row.prepare = [f](const Device& device, DType type, std::uint64_t n, std::uint64_t count) {
    return List::call(type, [&]<class T>() {
      const auto sets = make_sets<T>(device, {n}, 1, false, count);
      const Array at = device.array(places(n));
      const auto run = [f, sets, at, next = std::size_t{0}]() mutable {
        next = (next + 1) % sets.size();
        f(sets[next].x, at);
      };
      return Prepared{run, [f, sets, at] { return read_back(f(sets.front().x, at)); }};
    });
  };
  row.expected = [right](DType type, std::uint64_t n) {
    return List::call(type, [&]<class T>() {
      const auto values = right(input_values<T>(0, n));
      return bytes_of(std::span(values.data(), values.size()));
    });
  };
  return row;
}

template <class T>
std::vector<std::int64_t> places_in_order(const std::vector<T>& x) {
  std::vector<std::int64_t> places(x.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](std::int64_t a, std::int64_t b) {
    return x[static_cast<std::size_t>(a)] < x[static_cast<std::size_t>(b)];
  });
  return places;
}

Array scattered(const Array& x, const Array& at) {
  const Array out = x.device().zeros(x.shape(), x.dtype());
  scatter_add(out, at, x);
  return out;
}

}  // namespace

std::vector<Case> order_cases() {
  std::vector<Case> cases;
  using I64 = Types<std::int64_t>;
  cases.push_back(whole(
      "cumsum", "running sum", I64{}, 3, [](const Array& x, const Array&) { return cumsum(x); },
      [](std::vector<std::int64_t> x) {
        std::partial_sum(x.begin(), x.end(), x.begin());
        return x;
      }));
  cases.push_back(whole(
      "cummax", "running maximum", Numbers{}, 3, [](const Array& x, const Array&) { return cummax(x); },
      []<class T>(std::vector<T> x) {
        std::partial_sum(x.begin(), x.end(), x.begin(), [](T a, T b) { return std::max(a, b); });
        return x;
      }));
  cases.push_back(whole(
      "sort", "elements in order", Numbers{}, 2, [](const Array& x, const Array&) { return sort(x); },
      []<class T>(std::vector<T> x) {
        std::sort(x.begin(), x.end());
        return x;
      }));
  Case order = whole(
      "argsort", "places of the elements in order", Numbers{}, 2,
      [](const Array& x, const Array&) { return argsort(x); },
      []<class T>(const std::vector<T>& x) { return places_in_order(x); });
  order.result_type = [](DType) { return DType::i64; };
  cases.push_back(std::move(order));
  using Words = Types<double, std::int64_t>;  // as wide as the places, so that all elements count alike
  cases.push_back(whole(
      "take", "gather: x at places that jump about", Words{}, 3,
      [](const Array& x, const Array& at) { return take(x, at); },
      []<class T>(const std::vector<T>& x) {
        std::vector<T> out;
        for (const std::int64_t place : places(x.size())) out.push_back(x[static_cast<std::size_t>(place)]);
        return out;
      }));
  cases.push_back(whole("scatter_add", "x added to zeros at places that jump about", I64{}, 5, scattered,
                        [](const std::vector<std::int64_t>& x) {
                          std::vector<std::int64_t> out(x.size());
                          const std::vector<std::int64_t> at = places(x.size());
                          for (std::size_t i = 0; i < x.size(); ++i) out[static_cast<std::size_t>(at[i])] += x[i];
                          return out;
                        }));
  return cases;
}

}  // namespace lockstep::bench
