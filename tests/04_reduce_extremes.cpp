// Rung 4 of the ladder: extremes, their places, and counts, with one odd element at any place of a large array.

#include "fold_reference.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::size_t kSize = 5003;
constexpr std::size_t kPlaces[] = {0, 15, 16, 127, 128, 255, 1023, 1024, 2049, 4096, 4999, 5002};

/// Extremes and places against the reference, alone and together.
std::string wrong(const Device& device, const Cells& values) {
  const Array x = upload(device, values, {kSize});
  const bool folded[kMaxRank] = {true};
  const Reduction all[] = {Reduction::min, Reduction::max, Reduction::argmin, Reduction::argmax};
  std::vector<Expr> together;
  for (const Reduction r : all) together.push_back(reduce(r, x));
  const std::vector<Array> results = device.evaluate(together);
  for (std::size_t i = 0; i < std::size(all); ++i) {
    const Cells expected = fold_axes(all[i], values, {kSize}, folded);
    for (const Array& result : {results[i], evaluate(together[i])})
      if (const std::string d = difference(result, expected); !d.empty()) return std::to_string(i) + ": " + d;
  }
  return {};
}

template <class T>
void check_odd_elements(const Device& device) {
  std::mt19937_64 random(7);
  std::vector<T> plain(kSize), minus(kSize, -T(0)), zeros(kSize, T(0)), tiny(kSize);
  for (T& v : plain) v = static_cast<T>(static_cast<double>(random() % 1000000) - 500000);
  for (T& v : tiny) v = -std::numeric_limits<T>::infinity();
  CHECK(wrong(device, cells(plain)) == "");
  CHECK(wrong(device, cells(tiny)) == "");
  for (const std::size_t at : kPlaces) {
    CAPTURE(at);
    std::vector<T> x = minus;
    x[at] = T(0);
    CHECK(wrong(device, cells(x)) == "");
    x = zeros;
    x[at] = -T(0);
    CHECK(wrong(device, cells(x)) == "");
    for (const T odd : {std::numeric_limits<T>::quiet_NaN(), -std::numeric_limits<T>::quiet_NaN(), T(1e6), T(-1e6),
                        -std::numeric_limits<T>::infinity(), std::numeric_limits<T>::denorm_min()}) {
      for (const std::vector<T>& rest : {plain, tiny}) {
        x = rest;
        x[at] = odd;
        CHECK(wrong(device, cells(x)) == "");
      }
    }
  }
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "one NaN, zero of the other sign or extreme anywhere decides min, max and their places") {
  check_odd_elements<float>(device);
  if (device.info().has_f64) check_odd_elements<double>(device);
}

TEST_CASE_FIXTURE(OnDevice, "equal extremes in different units give the place of the first") {
  for (const std::size_t first : kPlaces) {
    std::vector<std::int32_t> values(kSize, 3);
    for (std::size_t i = first; i < kSize; i += 7) values[i] = 9;
    const Array x = device.array(values);
    CHECK(item<std::int64_t>(argmax(x)) == static_cast<std::int64_t>(first));
    CHECK(item<std::int64_t>(argmax(cast(x, DType::u8))) == static_cast<std::int64_t>(first));
    CHECK(item<std::int64_t>(argmax(x > 5)) == static_cast<std::int64_t>(first));
    CHECK(item<std::int64_t>(argmin(x < 5)) == static_cast<std::int64_t>(first));
  }
}

TEST_CASE_FIXTURE(OnDevice, "counts, any and all see every place once") {
  for (const std::size_t at : kPlaces) {
    CAPTURE(at);
    std::vector<std::int32_t> values(kSize, 0);
    values[at] = 5;
    const Array x = device.array(values);
    const std::vector<Array> r = device.evaluate(std::vector<Expr>{
        count(x), any(x), all(x == 0), any(x > 5), all(x <= 5), count(x < 5), sum(cast(x > 0, DType::i64))});
    CHECK(r[0].item<std::int64_t>() == 1);
    CHECK(r[1].item<bool>());
    CHECK_FALSE(r[2].item<bool>());
    CHECK_FALSE(r[3].item<bool>());
    CHECK(r[4].item<bool>());
    CHECK(r[5].item<std::int64_t>() == static_cast<std::int64_t>(kSize - 1));
    CHECK(r[6].item<std::int64_t>() == 1);
  }
}

TEST_CASE_FIXTURE(OnDevice, "a place is that of the value before the array is overwritten") {
  std::vector<float> values(kSize, 1);
  values[3000] = 7;
  const Array x = device.array(values);
  const Assignment negate{x, -x};
  const Expr at = argmax(x);
  CHECK(device.run({&negate, 1}, {&at, 1}).front().item<std::int64_t>() == 3000);
  CHECK(item<std::int64_t>(argmin(x)) == 3000);
}

TEST_CASE_FIXTURE(OnDevice, "a fold over the rows of an array that is overwritten in the same pass sees what it held") {
  for (const Shape& shape : {Shape{300, 20}, Shape{40, 300}, Shape{3, 2000}, Shape{2000, 3}}) {
    CAPTURE(to_string(shape));
    std::vector<std::int32_t> values(shape.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int32_t>(i * 7919 % 1000);
    const Array x = device.array(values, shape), copy = device.array(values, shape);
    const Assignment negate{x, -x};
    const std::vector<Expr> folds{sum(x, 0), max(x, 0), argmax(x, 0), sum(x * 2, 1)};
    const std::vector<Array> together = device.run({&negate, 1}, folds);
    const std::vector<Expr> apart{sum(copy, 0), max(copy, 0), argmax(copy, 0), sum(copy * 2, 1)};
    for (std::size_t i = 0; i < apart.size(); ++i) CHECK(difference(together[i], evaluate(apart[i])) == "");
    CHECK(difference(x, evaluate(-copy)) == "");
  }
}
