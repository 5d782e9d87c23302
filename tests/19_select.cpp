// Rung 19 of the ladder: elements by masks and indices, counts, histograms, different elements.

#include <map>

#include "cells.hpp"
#include "lockstep/algorithms.hpp"
#include "unit_tree.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

using Places = std::vector<std::int64_t>;

Cells at_places(const Cells& x, const Places& places) {
  Cells out{x.type, {}};
  for (const std::int64_t i : places) out.bits.push_back(x.bits[static_cast<std::size_t>(i)]);
  return out;
}

Places random_places(std::size_t n, std::int64_t low, std::int64_t high, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Places out(n);
  for (std::int64_t& i : out) i = low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low));
  return out;
}

Places nonzero_places(const Cells& x) {
  Places out;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (visit(x.type, [&]<Element T>() { return from_bits<T>(x.bits[i]) != T(0); }))
      out.push_back(static_cast<std::int64_t>(i));
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "the places of what is not 0, for every type and awkward size") {
  for (const DType type : dtypes_of(device)) {
    CAPTURE(to_string(type));
    for (const std::size_t n : {0, 1, 31, 33, 4095, 4097, 20000}) {
      CAPTURE(n);
      Cells values = awkward_cells(type, n, n);
      for (std::size_t i = 0; i < n; i += 3) values.bits[i] = 0;
      CHECK(difference(flatnonzero(upload(device, values)), cells(nonzero_places(values))) == "");
    }
  }
  CHECK(flatnonzero(device.zeros({9000}, DType::f32)).size() == 0);
  CHECK(flatnonzero(device.full({9000}, 1, DType::i8)).size() == 9000);
  const std::size_t n = scaled((1 << 22) + 3);
  const Array mask = evaluate(index(0) % 7 == 3 || device.zeros({n}, DType::boolean));
  const Array places = flatnonzero(mask);
  CHECK(places.size() == (n + 3) / 7);
  CHECK(item<bool>(all(Expr(places) == index(0) * 7 + 3)));
}

TEST_CASE_FIXTURE(OnDevice, "a mask picks elements, and nonzero gives an index along each axis") {
  const Cells values = awkward_cells(DType::f32, 3 * 40 * 11, 1), keep = awkward_cells(DType::boolean, 3 * 40 * 11, 2);
  const Array x = upload(device, values, {3, 40, 11}), mask = upload(device, keep, {3, 40, 11});
  const Places places = nonzero_places(keep);
  CHECK(difference(compress(mask, x), at_places(values, places)) == "");
  const Array turned = x.transpose();
  const Array picked = compress(mask.transpose(), turned);
  CHECK(difference(picked, compress(mask.transpose().copy(), turned.copy())) == "");
  CHECK(compress(Expr(x) > 0, Expr(x) * 2).size() == item<std::uint64_t>(count(Expr(x) > 0)));
  const std::vector<Array> along = nonzero(mask);
  REQUIRE(along.size() == 3);
  CHECK(item<bool>(all((Expr(along[0]) * 40 + along[1]) * 11 + along[2] == flatnonzero(mask))));
  CHECK(item<bool>(all(Expr(along[2]) < 11 && Expr(along[1]) < 40)));
  CHECK(nonzero(device.zeros({0, 3}, DType::i32)).at(1).size() == 0);
  CHECK(compress(device.zeros({0}, DType::boolean), device.zeros({0}, DType::f32)).dtype() == DType::f32);
  CHECK(failure(Code::bad_shape, "(3, 40, 11)", [&] { compress(mask, x.at(0)); }) == "");
  CHECK(failure(Code::bad_shape, "axis", [&] { nonzero(device.full({}, 1, DType::i32)); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "elements by their indices, for every type of element and of index") {
  for (const DType type : all_dtypes()) {
    CAPTURE(to_string(type));
    const Cells values = awkward_cells(type, 1000, 3);
    const Array x = upload(device, values);
    const Places places = random_places(5000, 0, 1000, 4);
    CHECK(difference(take(x, device.array(places)), at_places(values, places)) == "");
  }
  const Array x = device.array({10, 11, 12, 13});
  using Out = std::vector<std::int32_t>;
  CHECK(take(x, device.array<std::int8_t>({-1, 0, -4})).to_host<std::int32_t>() == Out{13, 10, 10});
  CHECK(take(x, device.array<std::uint8_t>({3, 1})).to_host<std::int32_t>() == Out{13, 11});
  CHECK(take(x, device.array<std::uint64_t>({2})).to_host<std::int32_t>() == Out{12});
  CHECK(take(x, device.array({5, -6, 9}), {}, Outside::wrap).to_host<std::int32_t>() == Out{11, 12, 11});
  CHECK(take(x, device.array({5, -6, 2}), {}, Outside::clip).to_host<std::int32_t>() == Out{13, 10, 12});
  CHECK(take(x, 2).to_host<std::int32_t>() == Out{12});
  CHECK(take(x, arange(2) + 1).to_host<std::int32_t>() == Out{11, 12});
}

TEST_CASE_FIXTURE(OnDevice, "one of two operands says on which device an algorithm works") {
  const Array x = device.array({3, 1, 2}), even = device.array({true, false, true});
  const Expr numbers = arange(3) * 10;
  using Numbers = std::vector<std::int64_t>;
  CHECK(compress(even, numbers).to_host<std::int64_t>() == Numbers{0, 20});
  CHECK(compress(arange(3) > 0, x).to_host<std::int32_t>() == std::vector<std::int32_t>{1, 2});
  CHECK(take(numbers, x - 1).to_host<std::int64_t>() == Numbers{20, 0, 10});
  CHECK(sort_by_key(x, numbers).values.to_host<std::int64_t>() == Numbers{10, 20, 0});
  CHECK(sort_by_key(-numbers, x).values.to_host<std::int32_t>() == std::vector<std::int32_t>{2, 1, 3});
  CHECK(failure(Code::bad_argument, "no array", [&] { compress(arange(3) > 0, numbers); }) == "");
  const Array elsewhere = Engine().open("cpu:3").array({0, 1, 2});
  CHECK(failure(Code::wrong_device, "", [&] { take(x, elsewhere); }) == "");
  CHECK(failure(Code::wrong_device, "", [&] { compress(equal(elsewhere, 1), x); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "elements by their indices along any axis") {
  const Array x =
      evaluate(cast(index(0) * 10000 + index(1) * 100 + index(2) + device.zeros({5, 6, 7}, DType::i64), DType::i32));
  const Array i = device.array<std::int64_t>({4, 0, -1, 2}).reshape({2, 2});
  const Array rows = take(x, i, 0), middle = take(x, i, 1), columns = take(x.slice({{1}}), i, -1);
  CHECK(rows.shape() == Shape{2, 2, 6, 7});
  CHECK(middle.shape() == Shape{5, 2, 2, 7});
  CHECK(columns.shape() == Shape{4, 6, 2, 2});
  CHECK(difference(rows.at(0).at(0), x.at(4)) == "");
  CHECK(difference(rows.at(1).at(0), x.at(4)) == "");
  CHECK(difference(middle.at(1).at(0, 1).at(0), middle.at(1).at(0).at(1)) != "");
  CHECK(difference(middle.at(1, 2).at(1, 1), x.at(2, 1)) == "");
  CHECK(difference(columns.at(0, 3).at(1, 2), x.slice({{1}}).at(6, 2)) == "");
  CHECK(take(x, device.zeros({0}, DType::i32), 1).shape() == Shape{5, 0, 7});
  CHECK(take(device.zeros({0, 3}, DType::f32), device.zeros({2}, DType::i32), 1).shape() == Shape{0, 2});
}

TEST_CASE_FIXTURE(OnDevice, "an index outside is an error that names it and its place") {
  const Array x = device.array({1.0f, 2.0f, 3.0f});
  const auto refuse = [&](Code code, std::string_view word, const Expr& indices) {
    return failure(code, word, [&] { take(x, indices); });
  };
  CHECK(refuse(Code::bad_argument, "index 3 at place 1", device.array({0, 3, 7})) == "");
  CHECK(refuse(Code::bad_argument, "index -4 at place 2", device.array({0, -3, -4})) == "");
  CHECK(refuse(Code::bad_argument, "18446744073709551615", device.array<std::uint64_t>({1, UINT64_MAX})) == "");
  CHECK(refuse(Code::bad_type, "f32", device.array({0.0f})) == "");
  CHECK(refuse(Code::bad_type, "bool", Expr(x) > 2) == "");
  CHECK(failure(Code::bad_shape, "1", [&] { take(x, device.array({0}), 1); }) == "");
  CHECK(failure(Code::bad_argument, "0 elements", [&] { take(device.zeros({0}, DType::f32), device.array({0})); }) ==
        "");
  const Array target = x.copy();
  CHECK(failure(Code::bad_argument, "index 5 at place 0", [&] { put(target, device.array({5, 0}), 9.0); }) == "");
  CHECK(failure(Code::bad_argument, "index -9", [&] { scatter_add(target, device.array({0, -9}), 9.0); }) == "");
  CHECK(failure(Code::bad_type, "f64", [&] { put(device.array({1}), device.array({0}), literal(1.5)); }) == "");
  CHECK(failure(Code::bad_type, "f32", [&] {
          scatter_add(device.array({1}), device.array({0}), x.slice({{0, 1}}));
        }) == "");
  CHECK(failure(Code::bad_shape, "(3,)", [&] { put(target, device.array({0, 1}), x); }) == "");
  CHECK(failure(Code::bad_type, "bool", [&] {
          scatter_add(device.zeros({2}, DType::boolean), device.array({0}), device.zeros({1}, DType::boolean));
        }) == "");
  CHECK(failure(Code::bad_argument, "no array", [&] { put(Array(), device.array({0}), 1); }) == "");
  CHECK(difference(target, x) == "");
}

TEST_CASE_FIXTURE(OnDevice, "of equal indices the last value is put, for every type") {
  for (const DType type : all_dtypes()) {
    CAPTURE(to_string(type));
    const Cells before = awkward_cells(type, 3000, 5), values = awkward_cells(type, 9000, 6);
    const Places places = random_places(9000, -3000, 3000, 7);
    Cells expected = before;
    for (std::size_t i = 0; i < places.size(); ++i)
      expected.bits[static_cast<std::size_t>(places[i] < 0 ? places[i] + 3000 : places[i])] = values.bits[i];
    const Array target = upload(device, before);
    put(target, device.array(places), upload(device, values));
    CHECK(difference(target, expected) == "");
  }
  const Array grid = device.zeros({4, 6}, DType::f64), view = grid.slice({{1, 3}, {0, 6, 2}});
  put(view, device.array({1, -1}), 7);
  CHECK(grid.to_host<double>() ==
        std::vector<double>{0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0});
  put(grid, device.zeros({0}, DType::i64), 1);
  put(device.zeros({0}, DType::f32), device.zeros({0}, DType::i64), 1);
}

TEST_CASE_FIXTURE(OnDevice, "integers add up at their indices, wrapping, for every type") {
  for (const DType type : {DType::i8, DType::i32, DType::i64, DType::u8, DType::u32, DType::u64}) {
    CAPTURE(to_string(type));
    for (const std::int64_t size : {1, 700, 5000}) {
      CAPTURE(size);
      const Cells before = awkward_cells(type, static_cast<std::size_t>(size), 8),
                  values = awkward_cells(type, 20000, 9);
      const Places places = random_places(20000, -size, size, 10);
      const Array target = upload(device, before);
      scatter_add(target, device.array(places), upload(device, values));
      Cells expected = before;
      visit(type, [&]<Element T>() {
        for (std::size_t i = 0; i < places.size(); ++i) {
          std::uint64_t& at = expected.bits[static_cast<std::size_t>(places[i] < 0 ? places[i] + size : places[i])];
          at = to_bits(static_cast<T>(at + values.bits[i]));
        }
      });
      CHECK(difference(target, expected) == "");
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "floats of one index are the unit tree of their order") {
  const Cells values = awkward_cells(DType::f32, 30000, 11);
  Places places = random_places(30000, -50, 50, 12);
  std::fill_n(places.begin(), 5000, 3);  // more than one unit
  std::map<std::int64_t, std::vector<float>> at;
  for (std::size_t i = 0; i < places.size(); ++i)
    at[places[i] < 0 ? places[i] + 50 : places[i]].push_back(from_bits<float>(values.bits[i]));
  const std::vector<float> before(50, 0.125f);
  std::vector<float> expected = before;
  for (const auto& pair : at) expected[static_cast<std::size_t>(pair.first)] += tree_sum<float>(pair.second);
  const Array target = device.array(before);
  scatter_add(target, device.array(places), upload(device, values));
  CHECK(difference(target, cells(expected)) == "");
  scatter_add(target, device.zeros({0}, DType::i32), 1.0);
  CHECK(difference(target, cells(expected)) == "");
  const Array counts = device.zeros({3}, DType::f32);
  scatter_add(counts, device.array({0, 2, 2, 2}), 0.5);
  CHECK(counts.to_host<float>() == std::vector<float>{0.5f, 0, 1.5f});
}

TEST_CASE_FIXTURE(OnDevice, "a few floats for a large target, and many for one of many elements") {
  for (const auto& [size_of_target, n] : {std::pair<std::int64_t, std::size_t>{300000, 900}, {70000, 40000}}) {
    const std::int64_t size = size_of_target;
    CAPTURE(size);
    const Cells values = awkward_cells(DType::f32, n, 16), before = awkward_cells(DType::f32, 300000, 17);
    const Places places = random_places(n, -size, size, 18);
    std::map<std::int64_t, std::vector<float>> at;
    for (std::size_t i = 0; i < n; ++i)
      at[places[i] < 0 ? places[i] + size : places[i]].push_back(from_bits<float>(values.bits[i]));
    Cells expected{DType::f32, {before.bits.begin(), before.bits.begin() + size}};
    const Array target = upload(device, expected);
    for (const auto& [place, there] : at) {
      std::uint64_t& bits = expected.bits[static_cast<std::size_t>(place)];
      bits = to_bits(from_bits<float>(bits) + tree_sum<float>(there));
    }
    scatter_add(target, device.array(places), upload(device, values));
    CHECK(difference(target, expected) == "");
  }
}

TEST_CASE_FIXTURE(OnDevice, "values and indices that lie in the target itself count as they were before") {
  const Array x = device.evaluate(arange(9000));
  const Array reversed = device.evaluate(8999 - arange(9000));
  put(x, reversed, x);
  CHECK(difference(x, reversed) == "");
  put(x, x, Expr(x) * 2);  // x holds 8999 .. 0: element x[i] becomes 2 x[i]
  CHECK(difference(x, device.evaluate(arange(9000) * 2)) == "");
  const Array y = device.evaluate(arange(9000));
  scatter_add(y.slice({{0, 4500}}), y.slice({{0, 4500}}), y.slice({{4500}}));
  CHECK(difference(y.slice({{0, 4500}}), device.evaluate(arange(4500) * 2 + 4500)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "bincount counts every number up to the largest") {
  for (const std::int64_t size : {1, 900, 6000}) {
    CAPTURE(size);
    const Places values = random_places(30000, 0, size, 13);
    Places expected(static_cast<std::size_t>(*std::max_element(values.begin(), values.end())) + 1);
    for (const std::int64_t v : values) ++expected[static_cast<std::size_t>(v)];
    CHECK(difference(bincount(device.array(values)), cells(expected)) == "");
  }
  CHECK(bincount(device.array<std::uint8_t>({3, 3}), 6).to_host<std::int64_t>() == Places{0, 0, 0, 2, 0, 0});
  CHECK(bincount(device.zeros({0}, DType::i8)).size() == 0);
  CHECK(bincount(device.zeros({0}, DType::i8), 2).to_host<std::int64_t>() == Places{0, 0});
  CHECK(failure(Code::bad_argument, "-2", [&] { bincount(device.array({1, -2})); }) == "");
  CHECK(failure(Code::bad_type, "f32", [&] { bincount(device.array({1.0f})); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a histogram counts what lies between its edges") {
  if (!device.info().has_f64) return;
  std::mt19937_64 random(14);
  std::vector<double> values(20000);
  for (double& v : values) v = static_cast<double>(random() % 1000) * 0.001;  // many lie on edges
  values[7] = std::nan("");
  values[8] = 1.0;
  values[9] = -std::numeric_limits<double>::infinity();
  for (const std::uint64_t bins : {1, 7, 10, 1000}) {
    CAPTURE(bins);
    const Histogram h = histogram(device.array(values), bins, 0.1, 0.9);
    const std::vector<double> edges = h.edges.to_host<double>();
    REQUIRE(edges.size() == bins + 1);
    CHECK(edges.front() == 0.1);
    CHECK(edges.back() == 0.9);
    Places expected(bins);
    for (const double v : values) {
      if (!(v >= 0.1 && v <= 0.9)) continue;
      const auto above = std::upper_bound(edges.begin(), edges.end() - 1, v) - edges.begin();
      ++expected[static_cast<std::size_t>(above - 1)];
    }
    CHECK(difference(h.counts, cells(expected)) == "");
  }
  const Histogram whole = histogram(device.array({1, 2, 2, 5}), 4);
  CHECK(whole.counts.to_host<std::int64_t>() == Places{1, 2, 0, 1});
  CHECK(whole.edges.to_host<double>() == std::vector<double>{1, 2, 3, 4, 5});
  CHECK(histogram(device.array({3.0f, 3.0f}), 2).edges.to_host<double>() == std::vector<double>{2.5, 3, 3.5});
  CHECK(histogram(device.zeros({0}, DType::f32), 2).counts.to_host<std::int64_t>() == Places{0, 0});
  CHECK(failure(Code::bad_argument, "0", [&] { histogram(device.array({1}), 0, 0, 1); }) == "");
  CHECK(failure(Code::bad_argument, "2 .. 1", [&] { histogram(device.array({1}), 3, 2, 1); }) == "");
  CHECK(failure(Code::bad_argument, "nan", [&] { histogram(device.array(values), 3); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "the different elements and how often each occurs, for every type") {
  for (const DType type : dtypes_of(device)) {
    CAPTURE(to_string(type));
    for (const std::size_t n : {1, 33, 9000}) {
      CAPTURE(n);
      const Cells values = awkward_cells(type, n, 15);
      const Unique u = unique(upload(device, values));
      const Cells found = cells(u.values);
      const Places counts = u.counts.to_host<std::int64_t>();
      visit(type, [&]<Element T>() {
        const auto key = [](T v) {  // NaN once and last
          return std::pair<bool, T>(v != v, v == v ? v : T(0));
        };
        std::map<std::pair<bool, T>, std::int64_t> expected;
        for (const std::uint64_t b : values.bits) ++expected[key(from_bits<T>(b))];
        REQUIRE(found.size() == expected.size());
        std::size_t at = 0;
        for (const auto& pair : expected) {
          CHECK(key(from_bits<T>(found.bits[at])) == pair.first);
          CHECK(counts[at++] == pair.second);
        }
      });
    }
  }
  CHECK(unique(device.zeros({0}, DType::f32)).values.size() == 0);
  CHECK(std::signbit(unique(device.array({-0.0f, 0.0f})).values.item<float>()));
  CHECK(unique(device.array({3, 1, 3, 1}).reshape({2, 2})).values.to_host<std::int32_t>() ==
        std::vector<std::int32_t>{1, 3});
}
