// Rung 18 of the ladder: stable sorts of every type, and the places where elements came from.

#include <numeric>

#include "cells.hpp"
#include "lockstep/algorithms.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

template <class T>
bool comes_before(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a) return false;
    if (b != b) return true;
  }
  return a < b;
}

/// The places of the elements in a stable order, NaN last.
std::vector<std::int64_t> stable_places(const Cells& x) {
  std::vector<std::int64_t> places(x.size());
  std::iota(places.begin(), places.end(), 0);
  visit(x.type, [&]<Element T>() {
    const auto value = [&](std::int64_t i) { return from_bits<T>(x.bits[static_cast<std::size_t>(i)]); };
    std::stable_sort(places.begin(), places.end(),
                     [&](std::int64_t a, std::int64_t b) { return comes_before(value(a), value(b)); });
  });
  return places;
}

Cells at_places(const Cells& x, const std::vector<std::int64_t>& places) {
  Cells out{x.type, {}};
  for (const std::int64_t i : places) out.bits.push_back(x.bits[static_cast<std::size_t>(i)]);
  return out;
}

/// Floats of which about one in `one_in` is a NaN, with any payload, quiet or signalling, of either sign; and zeros,
/// subnormals and infinities of both signs more often than chance has them.
Cells cells_with_nans(DType type, std::size_t n, std::uint64_t one_in) {
  const int width = static_cast<int>(8 * size_of(type)), fraction = type == DType::f32 ? 23 : 52;
  const std::uint64_t sign = std::uint64_t{1} << (width - 1), infinite = sign - (std::uint64_t{1} << fraction);
  std::mt19937_64 random(n + one_in);
  Cells out{type, std::vector<std::uint64_t>(n)};
  for (std::uint64_t& bits : out.bits) {
    const std::uint64_t drawn = random(), payload = random() % (std::uint64_t{1} << fraction);
    const std::uint64_t plain[] = {0, infinite, payload, 1, infinite - 1, drawn % infinite};
    bits = drawn % one_in == 0 ? infinite + std::max<std::uint64_t>(payload, 1) : plain[drawn / one_in % 6];
    bits |= drawn >> 40 & 1 ? sign : 0;
  }
  return out;
}

/// "" if the device sorts `values` as the reference does, else what differs.
std::string sort_fault(const Device& device, const Cells& values) {
  const std::vector<std::int64_t> places = stable_places(values);
  const Array x = upload(device, values);
  std::string fault = difference(sort(x), at_places(values, places));
  if (!fault.empty()) return "sort: " + fault;
  fault = difference(argsort(x), cells(places));
  if (!fault.empty()) return "argsort: " + fault;
  return difference(x, values).empty() ? "" : "the input changed";
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "a sort is stable and puts NaN last, for every type and awkward size") {
  for (const DType type : all_dtypes()) {
    CAPTURE(to_string(type));
    for (const std::size_t n : {1, 2, 31, 33, 1023, 1025, 2047, 2049, 10000}) {
      CAPTURE(n);
      CHECK(sort_fault(device, awkward_cells(type, n, n)) == "");
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "a sort of more keys than one tile holds") {
  for (const std::size_t n : {(1 << 16) - 1, (1 << 16) + 1, static_cast<int>(scaled(1100000))}) {
    CAPTURE(n);
    CHECK(sort_fault(device, awkward_cells(DType::f32, n, 3)) == "");
    CHECK(sort_fault(device, awkward_cells(DType::u8, n, 4)) == "");
  }
  CHECK(sort_fault(device, awkward_cells(DType::i64, 1 << 16, 5)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "integers of a small range take the same order") {
  std::mt19937_64 random(6);
  for (const std::int64_t low : {-1000ll, 0ll, 5ll << 40}) {
    CAPTURE(low);
    std::vector<std::int64_t> values(9000);
    for (std::int64_t& v : values) v = low + static_cast<std::int64_t>(random() % 1500);
    CHECK(sort_fault(device, cells(values)) == "");
    CHECK(sort_fault(device, cells(std::vector<std::int32_t>(values.begin(), values.end()))) == "");
    CHECK(sort_fault(device, cells(std::vector<std::uint64_t>(values.begin(), values.end()))) == "");
  }
  CHECK(sort_fault(device, cells(std::vector<std::uint32_t>(5000, 7))) == "");
}

TEST_CASE_FIXTURE(OnDevice, "zeros of both signs are equal, and NaNs keep their order") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const Array x = device.array({nan, 0.0f, -inf, -0.0f, -nan, inf, -1e-45f, 0.0f, 1e-45f});
  CHECK(argsort(x).to_host<std::int64_t>() == std::vector<std::int64_t>{2, 6, 1, 3, 7, 8, 5, 0, 4});
  const std::vector<float> sorted = sort(x).to_host<float>();
  CHECK(!std::signbit(sorted[2]));
  CHECK(std::signbit(sorted[3]));
}

TEST_CASE_FIXTURE(OnDevice,
                  "keys come out with the bits that went in: every NaN with its sign and payload, in its order") {
  for (const DType type : {DType::f32, DType::f64})
    for (const std::uint64_t one_in : {1, 3, 1000})
      for (const std::size_t rows : {1, 2, 60}) {
        CAPTURE(to_string(type));
        CAPTURE(one_in);
        CAPTURE(rows);
        const std::size_t length = 6000 / rows;
        const Cells values = cells_with_nans(type, rows * length, one_in);
        const Array x = upload(device, values, {rows, length});
        std::vector<std::uint64_t> expected;
        for (std::size_t r = 0; r < rows; ++r) {
          Cells row{type, {}};
          row.bits.assign(values.bits.begin() + static_cast<std::ptrdiff_t>(r * length),
                          values.bits.begin() + static_cast<std::ptrdiff_t>((r + 1) * length));
          const Cells sorted = at_places(row, stable_places(row));
          expected.insert(expected.end(), sorted.bits.begin(), sorted.bits.end());
        }
        CHECK(cells(sort(x)).bits == expected);
        CHECK(cells(sort(x.transpose({1, 0}), 0).transpose({1, 0})).bits == expected);
        if (rows > 1) continue;
        const SortedByKey by_key = sort_by_key(x, x);
        CHECK(cells(by_key.keys).bits == expected);
        CHECK(cells(by_key.values).bits == expected);
      }
}

TEST_CASE_FIXTURE(OnDevice, "a sort takes any axis, views and expressions") {
  const Cells values = awkward_cells(DType::f32, 6 * 40 * 70, 8);
  const Array all = upload(device, values, {6, 40, 70});
  const Array view = all.slice({{0, 6, 2}, {Slice::kOpen, Slice::kOpen, -1}, {3, 70}});
  for (int axis = -3; axis < 3; ++axis) {
    CAPTURE(axis);
    const int at = axis < 0 ? axis + 3 : axis;
    const Array sorted = sort(view, axis), places = argsort(view, axis);
    CHECK(sorted.shape() == view.shape());
    CHECK(places.shape() == view.shape());
    std::vector<int> order = {0, 1, 2};
    std::swap(order[static_cast<std::size_t>(at)], order[2]);
    const Array rows = view.transpose(order), results = sorted.transpose(order), from = places.transpose(order);
    for (const std::int64_t r : {0, 2})
      for (const std::int64_t s : {0, 2}) {
        const Cells row = cells(rows.at(r).at(s));
        const std::vector<std::int64_t> expected = stable_places(row);
        CHECK(difference(results.at(r).at(s), at_places(row, expected)) == "");
        CHECK(difference(from.at(r).at(s), cells(expected)) == "");
      }
  }
  const Cells flat = cells(view);
  CHECK(difference(sort(view, std::nullopt), at_places(flat, stable_places(flat))) == "");
  CHECK(sort(Expr(device.array({3, 1, 2})) * -1).to_host<std::int32_t>() == std::vector<std::int32_t>{-3, -2, -1});
}

TEST_CASE_FIXTURE(OnDevice, "values travel with their keys") {
  const Cells keys = awkward_cells(DType::i8, 5000, 9), values = awkward_cells(DType::u64, 5000, 10);
  const std::vector<std::int64_t> places = stable_places(keys);
  const SortedByKey sorted = sort_by_key(upload(device, keys), upload(device, values));
  CHECK(difference(sorted.keys, at_places(keys, places)) == "");
  CHECK(difference(sorted.values, at_places(values, places)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a sort of nothing, of one element and of many rows") {
  CHECK(sort(device.zeros({0}, DType::f32)).shape() == Shape{0});
  CHECK(argsort(device.zeros({0}, DType::i8)).dtype() == DType::i64);
  CHECK(sort(device.zeros({4, 0}, DType::u64)).shape() == Shape{4, 0});
  CHECK(argsort(device.zeros({0, 4}, DType::u64)).shape() == Shape{0, 4});
  CHECK(sort(device.full({}, 5, DType::i32), std::nullopt).to_host<std::int32_t>() == std::vector<std::int32_t>{5});
  const Array rows = evaluate(cast(index(1) * 7 % 5 + index(0) + device.zeros({700, 5}, DType::i64), DType::i32));
  CHECK(item<bool>(all(Expr(sort(rows)) == index(1) + index(0))));
}

TEST_CASE_FIXTURE(OnDevice, "a sort refuses an axis that is not there, and keys that do not match") {
  const Array x = device.zeros({2, 3}, DType::f32);
  CHECK(failure(Code::bad_shape, "2", [&] { sort(x, 2); }) == "");
  CHECK(failure(Code::bad_shape, "-3", [&] { argsort(x, -3); }) == "");
  CHECK(failure(Code::bad_shape, "axis", [&] { sort(device.full({}, 1, DType::f32)); }) == "");
  CHECK(failure(Code::bad_argument, "device", [&] { sort(Expr(1.0), std::nullopt); }) == "");
  CHECK(failure(Code::bad_shape, "(2, 3)", [&] { sort_by_key(x, device.zeros({6}, DType::i8)); }) == "");
  CHECK(sort(x).shape() == x.shape());
}
