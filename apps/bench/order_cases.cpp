#include "order_cases.hpp"

#include <algorithm>
#include <numeric>

#include "expression_case.hpp"
#include "lockstep/scan.hpp"
#include "lockstep/sort.hpp"

namespace lockstep::bench {
namespace {

/// A row whose result is a new array: `f(x)`, and `right(values)` on the host.
template <class List, class Right>
Case whole(std::string name, std::string what, List, double moved, Array (*f)(const Expr&), Right right) {
  Case row{std::move(name), std::move(what), List::list(), moved, 0};
  row.arrays = 2;
  row.sizes = {std::uint64_t{1} << 10, std::uint64_t{1} << 14, std::uint64_t{1} << 18, std::uint64_t{1} << 22};
  row.prepare = [f](const Device& device, DType type, std::uint64_t n, std::uint64_t count) {
    return List::call(type, [&]<class T>() {
      const auto sets = make_sets<T>(device, {n}, 1, false, count);
      const auto run = [f, sets, next = std::size_t{0}]() mutable {
        next = (next + 1) % sets.size();
        f(sets[next].x);
      };
      return Prepared{run, [f, sets] { return read_back(f(sets.front().x)); }};
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

}  // namespace

std::vector<Case> order_cases() {
  std::vector<Case> cases;
  using I64 = Types<std::int64_t>;
  cases.push_back(whole(
      "cumsum", "running sum", I64{}, 3, [](const Expr& x) { return cumsum(x); },
      [](std::vector<std::int64_t> x) {
        std::partial_sum(x.begin(), x.end(), x.begin());
        return x;
      }));
  cases.push_back(whole(
      "cummax", "running maximum", Numbers{}, 3, [](const Expr& x) { return cummax(x); },
      []<class T>(std::vector<T> x) {
        std::partial_sum(x.begin(), x.end(), x.begin(), [](T a, T b) { return std::max(a, b); });
        return x;
      }));
  cases.push_back(whole(
      "sort", "elements in order", Numbers{}, 2, [](const Expr& x) { return sort(x); },
      []<class T>(std::vector<T> x) {
        std::sort(x.begin(), x.end());
        return x;
      }));
  Case places = whole(
      "argsort", "places of the elements in order", Numbers{}, 2, [](const Expr& x) { return argsort(x); },
      []<class T>(const std::vector<T>& x) { return places_in_order(x); });
  places.result_type = [](DType) { return DType::i64; };
  cases.push_back(std::move(places));
  return cases;
}

}  // namespace lockstep::bench
