// Rung 4 of the ladder: reductions have the bits of the unit tree, over any axes, in any company.

#include <numeric>

#include "batch.hpp"
#include "fold_reference.hpp"
#include "golden.hpp"
#include "unit_tree.hpp"
#include "view_model.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// Values whose sums and products round at nearly every step and stay finite over millions.
template <class T>
std::vector<T> rough_values(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<T> values(n);
  for (T& v : values) {
    const auto r = static_cast<std::int64_t>(random());
    v = static_cast<T>(std::ldexp(static_cast<double>(r), -63 + static_cast<int>(random() % 8)));
  }
  return values;
}
/// Near 1, for products.
template <class T>
std::vector<T> factors(std::size_t n, std::uint64_t seed) {
  std::vector<T> values = rough_values<T>(n, seed);
  for (T& v : values) v = 1 + v / 4096;
  return values;
}

Slice range(std::size_t from, std::size_t n) {
  return {static_cast<std::int64_t>(from), static_cast<std::int64_t>(from + n)};
}

/// The first length at which the device's sum or product of x[from:from+n] differs from the tree's; nothing if none
/// does.
template <class T>
std::optional<std::size_t> wrong_length(const Device& device, const std::vector<T>& values, std::size_t from,
                                        std::size_t first, std::size_t last) {
  const Array x = device.array(values);
  for (std::size_t n = first; n <= last; ++n) {
    const std::span<const T> part(values.data() + from, n);
    const Array view = x.slice({range(from, n)});
    const auto [s, p] = evaluate(sum(view), prod(view));
    if (!same_bits(s.template item<T>(), tree_sum(part)) || !same_bits(p.template item<T>(), tree_prod(part))) return n;
  }
  return std::nullopt;
}

template <class T>
void check_large(const Device& device, std::size_t n) {
  CAPTURE(n);
  const std::vector<T> values = rough_values<T>(n, n), near_one = factors<T>(n, n);
  const Array x = device.array(values), y = device.array(near_one);
  CHECK(same_bits(item<T>(sum(x)), tree_sum<T>(values)));
  CHECK(same_bits(item<T>(prod(y)), tree_prod<T>(near_one)));
}

template <class T>
void check_alignment(const Device& device) {
  const std::vector<T> values = rough_values<T>(70000, 8);
  const Array x = device.array(values);
  for (std::size_t from = 0; from < 64; ++from)
    for (const std::size_t n : {1023, 1024, 1025, 5000, 66000}) {
      CAPTURE(from);
      CAPTURE(n);
      const Array view = x.slice({range(from, n)});
      const T expected = tree_sum(std::span<const T>(values.data() + from, n));
      CHECK(same_bits(item<T>(sum(view)), expected));
      CHECK(same_bits(item<T>(sum(view.copy())), expected));
    }
}

template <class T>
void check_strided(const Device& device) {
  const std::vector<T> values = rough_values<T>(40000, 9);
  const Array x = device.array(values);
  for (const std::int64_t step : {2, 3, -1, -7}) {
    CAPTURE(step);
    const Array view = x.slice({{Slice::kOpen, Slice::kOpen, step}});
    const std::vector<T> dense = view.template to_host<T>();
    CHECK(same_bits(item<T>(sum(view)), tree_sum<T>(dense)));
  }
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "sums and products of every length from 0 to 4100 have the bits of the unit tree") {
  CHECK(wrong_length(device, rough_values<float>(4100, 1), 0, 0, 4100) == std::nullopt);
  if (device.info().has_f64) CHECK(wrong_length(device, rough_values<double>(4100, 2), 0, 0, 4100) == std::nullopt);
}

TEST_CASE_FIXTURE(OnDevice, "large irregular sums and products have the bits of the unit tree") {
  for (const std::size_t n : {65537, 1000003, (1 << 20) + 1023, (1 << 24) + 1}) {
    if (n > 2000000 && scaled(100) < 100) continue;
    check_large<float>(device, n);
    if (device.info().has_f64) check_large<double>(device, n);
  }
}

TEST_CASE_FIXTURE(OnDevice, "a sum does not depend on where a view starts, nor on its stride") {
  check_alignment<float>(device);
  check_strided<float>(device);
  if (!device.info().has_f64) return;
  check_alignment<double>(device);
  check_strided<double>(device);
}

TEST_CASE("a reduction has the same bits on one thread, on two and on seven") {
  const Engine engine;
  const std::vector<float> values = rough_values<float>(scaled(3000001), 4);
  const float expected = tree_sum<float>(values);
  const std::vector<float> squares = [&] {
    std::vector<float> v = values;
    for (float& e : v) e = e * e + 1;
    return v;
  }();
  for (const char* name : {"cpu:1", "cpu:2", "cpu:7"}) {
    CAPTURE(name);
    const Device device = engine.open(name);
    const Array x = device.array(values);
    CHECK(same_bits(item<float>(sum(x)), expected));
    CHECK(same_bits(item<float>(sum(x * x + 1)), tree_sum<float>(squares)));
    CHECK(device.counters().passes >= 2);
  }
}

TEST_CASE_FIXTURE(OnDevice, "an expression is summed as if it were stored first") {
  const std::vector<float> a = rough_values<float>(5001, 5), b = rough_values<float>(5001, 6);
  const Array x = device.array(a), y = device.array(b);
  const auto [stored, fused] = evaluate(sqrt(abs(x * y)) - x, sum(sqrt(abs(x * y)) - x));
  CHECK(same_bits(fused.item<float>(), tree_sum<float>(stored.to_host<float>())));
  CHECK(same_bits(item<float>(sum(stored)), fused.item<float>()));
}

TEST_CASE_FIXTURE(OnDevice, "the sum of minus zeros is minus zero, the empty sum plus zero, the empty product one") {
  for (const std::size_t n : {1, 127, 1024, 1025, 5000}) {
    CAPTURE(n);
    CHECK(same_bits(item<float>(sum(device.array(std::vector<float>(n, -0.0f)))), -0.0f));
  }
  const Array none = device.array(std::vector<float>{});
  CHECK(same_bits(item<float>(sum(none)), 0.0f));
  CHECK(item<float>(prod(none)) == 1);
}

TEST_CASE_FIXTURE(OnDevice, "specials travel through sums and products as in plain arithmetic") {
  const std::vector<float> values = awkward_values<float>(3000, 7);
  for (const std::size_t n : {1, 2, 5, 17, 100, 1500, 3000}) {
    CAPTURE(n);
    CHECK(wrong_length(device, values, 0, n, n) == std::nullopt);
  }
  const std::vector<float> tiny(3000, std::numeric_limits<float>::denorm_min());
  CHECK(same_bits(item<float>(sum(device.array(tiny))), tree_sum<float>(tiny)));
}

namespace {

/// Every second seed gives floats that round, the others special values.
Cells operand(DType type, std::size_t n, std::uint64_t seed) {
  if (!is_floating(type) || seed % 2 == 0) return awkward_cells(type, n, seed);
  return visit(type, [&]<Element T>() {
    if constexpr (std::is_floating_point_v<T>) return cells(rough_values<T>(n, seed));
    return Cells{};
  });
}

void check_axes(const Device& device, std::span<const Reduction> reductions, DType type, const Shape& shape,
                std::uint64_t seed) {
  const Cells values = operand(type, shape.size(), seed);
  const Array x = upload(device, values, shape);
  for (const std::vector<int>& axes : subsets(shape.rank())) {
    bool folded[kMaxRank] = {};
    std::vector<std::uint64_t> kept, kept_dims;
    std::uint64_t elements = 1;
    for (const int a : axes) folded[a < 0 ? a + shape.rank() : a] = true;
    for (int d = 0; d < shape.rank(); ++d) {
      if (!folded[d]) kept.push_back(shape[d]);
      kept_dims.push_back(folded[d] ? 1 : shape[d]);
      if (folded[d]) elements *= shape[d];
    }
    CAPTURE(to_string(type));
    CAPTURE(to_string(shape));
    CAPTURE(axes.front());
    CAPTURE(axes.size());
    Batch batch(device, 10);
    for (const Reduction reduction : reductions) {
      const std::string name(all_reductions()[static_cast<std::size_t>(reduction)].name);
      CAPTURE(name);
      if (elements == 0 && lacks_identity(reduction)) {
        CHECK(failure(Code::bad_shape, "", [&] { reduce(reduction, x, Axes(axes)); }) == "");
        continue;
      }
      const Cells expected = fold_axes(reduction, values, shape, folded);
      const Expr flat = reduce(reduction, x, Axes(axes)), kept_rank = reduce(reduction, x, Axes(axes), true);
      CHECK(flat.shape() == Shape(std::span<const std::uint64_t>(kept)));
      CHECK(kept_rank.shape() == Shape(std::span<const std::uint64_t>(kept_dims)));
      batch.add(name, axes.size() % 2 ? flat : kept_rank, expected);
    }
    CHECK(batch.differences() == "");
  }
}

/// All reductions that the device has for a type; that of integers to a mean takes f64.
std::vector<Reduction> reductions_of(const Device& device, DType type) {
  std::vector<Reduction> all;
  for (const ReductionInfo& row : all_reductions())
    if (is_defined(row.reduction, type, device.info().has_f64)) all.push_back(row.reduction);
  return all;
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "every reduction of every type is right at awkward lengths") {
  for (const DType type : dtypes_of(device))
    for (const std::size_t n : {0, 1, 2, 31, 33, 1023, 1025, 4097, 20001})
      check_axes(device, reductions_of(device, type), type, {n}, n);
}

TEST_CASE_FIXTURE(OnDevice, "every reduction is right over every subset of axes") {
  const Shape shapes[] = {{1, 1},   {3, 1025, 5}, {2000, 3}, {3, 2000},   {2, 3, 4, 5}, {1, 33, 1, 31},
                          {130, 0}, {0, 3},       {2, 0, 3}, {7, 129, 2}, {1100, 20},   {40, 300}};
  for (const DType type : {DType::f32, DType::i32, DType::u8, DType::boolean})
    for (const Shape& shape : shapes) check_axes(device, reductions_of(device, type), type, shape, shape.size() + 1);
}

TEST_CASE_FIXTURE(OnDevice, "sums in f64 over axes have the bits of the unit tree, long rows and many rows alike") {
  if (!device.info().has_f64) {
    CHECK(item<float>(sum(device.array({1.0f}))) == 1);
    return;
  }
  for (const Shape& shape : {Shape{5, 40000}, Shape{40000, 5}, Shape{3, 5000, 7}, Shape{100, 1024, 2}})
    check_axes(device, std::array{Reduction::sum}, DType::f64, shape, 3);
}

TEST_CASE_FIXTURE(OnDevice, "NumPy's stored reductions come out bit by bit") {
  const Goldens goldens;
  std::map<std::string, Batch> batches;  // by shape and axis: what can share a program
  for (const auto& line : goldens.folds) {
    const Cells& x = goldens.arrays.at(line.at(2));
    if (!device.info().has_f64 && x.type == DType::f64) continue;
    const Shape shape{std::stoul(line.at(3)), std::stoul(line.at(4))};
    const Axes axes = line.at(5) == "all" ? Axes() : Axes(std::stoi(line[5]));
    const std::string key = line[3] + " " + line[4] + " " + line[5];
    batches.try_emplace(key, device, 10)
        .first->second.add(line[1], reduce(reduction_named(line[0]), upload(device, x, shape), axes),
                           goldens.arrays.at(line[1]));
  }
  for (auto& [key, batch] : batches) CHECK(batch.differences() == "");
  CHECK(goldens.folds.size() > 150);
}

TEST_CASE_FIXTURE(OnDevice, "minus zero is below plus zero for min and max, and their equal for argmin and argmax") {
  for (const std::size_t n : {2, 1500}) {
    std::vector<float> values(n, 0.0f);
    values[n - 1] = -0.0f;
    const Array x = device.array(values), back = x.slice({{Slice::kOpen, Slice::kOpen, -1}});
    CHECK(same_bits(item<float>(min(x)), -0.0f));
    CHECK(same_bits(item<float>(min(back)), -0.0f));
    CHECK(same_bits(item<float>(max(x)), 0.0f));
    CHECK(same_bits(item<float>(max(back)), 0.0f));
    CHECK(item<std::int64_t>(argmin(x)) == 0);
    CHECK(item<std::int64_t>(argmax(back)) == 0);
  }
}

TEST_CASE_FIXTURE(OnDevice, "the lowest index wins a tie, and the first NaN wins all") {
  std::vector<float> values(5000, 1.0f);
  for (const std::size_t at : {4999, 3000, 1024, 900, 5}) {
    values[at] = -3;
    const Array x = device.array(values);
    CHECK(item<std::int64_t>(argmin(x)) == static_cast<std::int64_t>(at));
    CHECK(item<std::int64_t>(argmax(x)) == 0);
  }
  values[4000] = values[2000] = std::numeric_limits<float>::quiet_NaN();
  const Array x = device.array(values);
  const auto [low, high, at_low, at_high] = evaluate(min(x), max(x), argmin(x), argmax(x));
  CHECK(std::isnan(low.item<float>()));
  CHECK(std::isnan(high.item<float>()));
  CHECK(at_low.item<std::int64_t>() == 2000);
  CHECK(at_high.item<std::int64_t>() == 2000);
}

TEST_CASE_FIXTURE(OnDevice, "an index beyond 2^24 is exact") {
  const std::size_t n = (1 << 24) + 5;
  std::vector<std::uint8_t> values(n, 3);
  values[n - 2] = 9;
  values[n - 1] = 9;
  const Array x = device.array(values);
  const auto [at, how_many, total] = evaluate(argmax(x), count(x), sum(x));
  CHECK(at.item<std::int64_t>() == static_cast<std::int64_t>(n) - 2);
  CHECK(how_many.item<std::int64_t>() == static_cast<std::int64_t>(n));
  CHECK(total.item<std::uint64_t>() == 3 * n + 12);
}

TEST_CASE_FIXTURE(OnDevice, "reductions over different axes and stored expressions share one evaluate") {
  const Cells values = cells(rough_values<float>(60 * 70, 12));
  const Array x = upload(device, values, {60, 70});
  const bool rows[] = {false, true}, columns[] = {true, false}, both[] = {true, true};
  const std::array<Array, 5> got = evaluate(sum(x, 1), sum(x, 0), sum(x), max(x, Axes{0, 1}), x * 2);
  CHECK(difference(got[0], fold_axes(Reduction::sum, values, {60, 70}, rows)) == "");
  CHECK(difference(got[1], fold_axes(Reduction::sum, values, {60, 70}, columns)) == "");
  CHECK(difference(got[2], fold_axes(Reduction::sum, values, {60, 70}, both)) == "");
  CHECK(difference(got[3], fold_axes(Reduction::max, values, {60, 70}, both)) == "");
  CHECK(difference(got[4], evaluate(x + x)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a reduction can be part of an expression and of another reduction") {
  const std::vector<float> values = rough_values<float>(3 * 2000, 13);
  const Array x = device.array(values, {3, 2000});
  const Expr centred = x - mean(x, 1, true);
  const auto [deviation, variance, again] =
      evaluate(centred, mean(square(centred), 1), sum(square(centred), 1) / 2000.0f);
  std::vector<float> means, expected, variances;
  for (std::size_t r = 0; r < 3; ++r) {
    const std::span<const float> row(values.data() + r * 2000, 2000);
    const float m = tree_sum(row) / 2000.0f;
    std::vector<float> squares;
    for (const float v : row) {
      expected.push_back(v - m);
      squares.push_back((v - m) * (v - m));
    }
    variances.push_back(tree_sum<float>(squares) / 2000.0f);
  }
  CHECK(difference(deviation, cells(expected)) == "");
  CHECK(difference(variance, cells(variances)) == "");
  CHECK(difference(again, cells(variances)) == "");
  CHECK(same_bits(item<float>(max(x) - min(x)),
                  *std::max_element(values.begin(), values.end()) - *std::min_element(values.begin(), values.end())));
}

TEST_CASE_FIXTURE(OnDevice, "broadcast and computed operands are folded over the broadcast shape") {
  const Array column = device.array({1.0f, 2.0f, 3.0f}).reshape({3, 1});
  CHECK(item<float>(sum(broadcast_to(column, {3, 1500}))) == 9000);
  CHECK(item<std::int64_t>(sum(broadcast_to(Expr(column), {3, 7}) * 0.0f + cast(index(1), DType::f32) == 6)) == 3);
  CHECK(device.evaluate(sum(arange(100001))).item<std::int64_t>() == 5000050000);
  CHECK(device.evaluate(sum(arange(10) % 3 == 0)).item<std::int64_t>() == 4);
  CHECK(device.evaluate(sum(Expr(5))).item<std::int64_t>() == 5);
}

TEST_CASE_FIXTURE(OnDevice, "an empty fold gives the identity, mean NaN, and is refused where there is none") {
  const Array none = device.zeros({0, 3}, DType::f32);
  CHECK(evaluate(sum(none, 0)).to_host<float>() == std::vector<float>(3));
  CHECK(evaluate(prod(none, 0)).to_host<float>() == std::vector<float>(3, 1));
  CHECK(std::isnan(item<float>(mean(none))));
  CHECK(item<std::int64_t>(count(none)) == 0);
  CHECK(item<bool>(all(none)));
  CHECK_FALSE(item<bool>(any(none)));
  CHECK(evaluate(sum(none, 1)).size() == 0);
  CHECK(evaluate(min(none, 1)).size() == 0);
  for (const Reduction r : {Reduction::min, Reduction::max, Reduction::argmin, Reduction::argmax})
    CHECK(failure(Code::bad_shape, "(0, 3)", [&] { reduce(r, none); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a bad axis is refused, and the message names it") {
  const Array x = device.zeros({2, 3}, DType::f32);
  CHECK(failure(Code::bad_shape, "2", [&] { sum(x, 2); }) == "");
  CHECK(failure(Code::bad_shape, "-3", [&] { sum(x, -3); }) == "");
  CHECK(failure(Code::bad_shape, "0", [&] { sum(x, Axes{0, 0}); }) == "");
  CHECK(failure(Code::bad_shape, "1", [&] { sum(x, Axes{1, -1}); }) == "");
  CHECK(failure(Code::bad_shape, "0", [&] { sum(x.at(0).at(0), 0); }) == "");
  CHECK(evaluate(sum(x.at(0).at(0))).item<float>() == 0);
  CHECK(evaluate(sum(x, Axes(std::vector<int>{}))).shape() == Shape{2, 3});
}
