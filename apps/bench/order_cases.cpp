// Running values, sorts, gather and scatter, selections, segments and counts.
#include <algorithm>
#include <map>
#include <numeric>

#include "case_tables.hpp"
#include "expression_case.hpp"
#include "fold_reference.hpp"
#include "lockstep/histogram.hpp"
#include "lockstep/scan.hpp"
#include "lockstep/segments.hpp"
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

constexpr std::uint64_t kRun = 64;    // elements of a segment
constexpr std::int64_t kKeys = 1024;  // different keys, at most
constexpr std::uint64_t kBins = 64;   // of inputs from 0.5 to 1.5: edges without rounding

Array added(const Array& x, const Array& at) {
  const Array out = x.device().zeros(x.shape(), x.dtype());
  scatter_add(out, at, x);
  return out;
}
Array placed(const Array& x, const Array& at) {
  const Array out = x.device().zeros(x.shape(), x.dtype());
  put(out, at, x);
  return out;
}
Array segment_sums(const Array& x, const Array&) {
  const std::uint64_t n = x.size(), runs = (n + kRun - 1) / kRun;
  return segment_reduce(Reduction::sum, x, minimum(arange(runs + 1) * kRun, static_cast<std::int64_t>(n)));
}

template <class T>
std::vector<T> gathered(const std::vector<T>& x) {
  std::vector<T> out;
  for (const std::int64_t place : places(x.size())) out.push_back(x[static_cast<std::size_t>(place)]);
  return out;
}
template <class T>
std::vector<T> scattered(const std::vector<T>& x) {
  std::vector<T> out(x.size());
  const std::vector<std::int64_t> at = places(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) out[static_cast<std::size_t>(at[i])] = x[i];
  return out;
}

std::map<std::int64_t, std::int64_t> key_counts(std::uint64_t n) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const std::int64_t place : places(n)) ++counts[place % kKeys];
  return counts;
}

/// As `whole`, with results of i64 whatever the elements are.
template <class List, class Right>
Case counted(std::string name, std::string what, List types, double moved, Array (*f)(const Array&, const Array&),
             Right right) {
  Case row = whole(std::move(name), std::move(what), types, moved, f, right);
  row.result_type = [](DType) { return DType::i64; };
  return row;
}

}  // namespace

std::vector<Case> order_cases() {
  using I64 = Types<std::int64_t>;
  using Words = Types<double, std::int64_t>;  // as wide as the places, so that all elements count alike
  using X = const Array&;
  std::vector<Case> rows;
  // clang-format off
  // name, what, types, elements moved for each, the call, and what is right
  rows.push_back(whole("cumsum", "running sum", Wide{}, 3, [](X x, X) { return cumsum(x); },
      []<class T>(std::vector<T> x) {
        if constexpr (std::floating_point<T>) return reference::running_sum(std::span<const T>(x));
        std::partial_sum(x.begin(), x.end(), x.begin());
        return x;
      }));
  rows.push_back(whole("cummin", "running minimum", Numbers{}, 3, [](X x, X) { return cummin(x); },
      []<class T>(std::vector<T> x) {
        std::partial_sum(x.begin(), x.end(), x.begin(), [](T a, T b) { return std::min(a, b); });
        return x;
      }));
  rows.push_back(whole("cummax", "running maximum", Numbers{}, 3, [](X x, X) { return cummax(x); },
      []<class T>(std::vector<T> x) {
        std::partial_sum(x.begin(), x.end(), x.begin(), [](T a, T b) { return std::max(a, b); });
        return x;
      }));
  rows.push_back(whole("sort", "elements in order", Numbers{}, 2, [](X x, X) { return sort(x); },
      []<class T>(std::vector<T> x) {
        std::sort(x.begin(), x.end());
        return x;
      }));
  rows.push_back(counted("argsort", "places of the elements in order", Numbers{}, 2, [](X x, X) { return argsort(x); },
      []<class T>(const std::vector<T>& x) { return places_in_order(x); }));
  rows.push_back(counted("sort_by_key", "places that jump about, in the order of x", Words{}, 4,
      [](X x, X at) { return sort_by_key(x, at).values; },
      []<class T>(const std::vector<T>& x) {
        const std::vector<std::int64_t> at = places(x.size());
        std::vector<std::int64_t> out;
        for (const std::int64_t i : places_in_order(x)) out.push_back(at[static_cast<std::size_t>(i)]);
        return out;
      }));
  rows.push_back(whole("take", "gather: x at places that jump about", Words{}, 3, [](X x, X at) { return take(x, at); },
      []<class T>(const std::vector<T>& x) { return gathered(x); }));
  rows.push_back(whole("put", "scatter: x written over zeros, to places that jump about", Words{}, 4, placed,
      []<class T>(const std::vector<T>& x) { return scattered(x); }));
  rows.push_back(whole("scatter_add", "x added to zeros at places that jump about", Words{}, 5, added,
      []<class T>(const std::vector<T>& x) { return scattered(x); }));
  rows.push_back(whole("compress", "x where x > 1: about half", Numbers{}, 1.5, [](X x, X) { return compress(x > 1, x); },
      []<class T>(std::vector<T> x) {
        std::erase_if(x, [](T v) { return !(v > T(1)); });
        return x;
      }));
  rows.push_back(counted("flatnonzero", "places where x > 1: about half", Words{}, 1.5,
      [](X x, X) { return flatnonzero(x > 1); },
      []<class T>(const std::vector<T>& x) {
        std::vector<std::int64_t> out;
        for (std::size_t i = 0; i < x.size(); ++i)
          if (x[i] > T(1)) out.push_back(static_cast<std::int64_t>(i));
        return out;
      }));
  rows.push_back(whole("segment_sum", "sums of 64 neighbours each", Wide{}, 1 + 1.0 / kRun, segment_sums,
      []<class T>(const std::vector<T>& x) {
        std::vector<T> out;
        for (std::size_t i = 0; i < x.size(); i += kRun)
          out.push_back(reference::sum(std::span(x).subspan(i, std::min<std::size_t>(kRun, x.size() - i))));
        return out;
      }));
  rows.push_back(whole("sum_by_key", "sums of x for each of 1024 keys that jump about", Words{}, 2,
      [](X x, X at) { return reduce_by_key(Reduction::sum, at % kKeys, x).values; },
      []<class T>(const std::vector<T>& x) {
        std::map<std::int64_t, std::vector<T>> runs;
        const std::vector<std::int64_t> at = places(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) runs[at[i] % kKeys].push_back(x[i]);
        std::vector<T> out;
        for (const auto& [key, run] : runs) out.push_back(reference::sum(std::span<const T>(run)));
        return out;
      }));
  rows.push_back(counted("histogram", "counts of x in 64 bins", Floats{}, 1,
      [](X x, X) { return histogram(x, kBins, 0.5, 1.5).counts; },
      []<class T>(const std::vector<T>& x) {
        std::vector<std::int64_t> counts(kBins);
        for (const T v : x) ++counts[static_cast<std::size_t>((v - T(0.5)) * T(kBins))];
        return counts;
      }));
  rows.push_back(counted("bincount", "how often each of 1024 keys occurs", I64{}, 1,
      [](X, X at) { return bincount(at % kKeys, kKeys); },
      [](const std::vector<std::int64_t>& x) {
        std::vector<std::int64_t> counts(kKeys);
        for (const auto& [key, count] : key_counts(x.size())) counts[static_cast<std::size_t>(key)] = count;
        return counts;
      }));
  rows.push_back(counted("unique", "the different ones of 1024 keys that jump about", I64{}, 1,
      [](X, X at) { return unique(at % kKeys).values; },
      [](const std::vector<std::int64_t>& x) {
        std::vector<std::int64_t> keys;
        for (const auto& [key, count] : key_counts(x.size())) keys.push_back(key);
        return keys;
      }));
  // clang-format on
  return rows;
}

}  // namespace lockstep::bench
