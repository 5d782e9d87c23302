// Rung 5 of the ladder: index operands, whose values no memory holds.

#include "cells.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::uint64_t kLengths[] = {0, 1, 2, 7, 8, 9, 15, 17, 1023, 1024, 1025, 2055, 100001};

std::int64_t element(std::uint64_t i, std::int64_t start, std::int64_t step) {
  return start + static_cast<std::int64_t>(i) * step;
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "values made of indices are right at all lengths") {
  for (const std::uint64_t n : kLengths) {
    CAPTURE(n);
    const Expr i = arange(n);
    std::vector<std::int64_t> x(n);
    for (std::uint64_t k = 0; k < n; ++k) x[k] = static_cast<std::int64_t>(7919 * k % 1000) - 500;
    const Array a = device.array(std::span<const std::int64_t>(x));
    const std::vector<Array> got = device.evaluate(
        std::vector<Expr>{i, i * 3 - 5, cast(i, DType::f32) * 0.5f, a + i, i % 3 == 0, where(i > 4, a, -i)});
    const auto whole = got[0].to_host<std::int64_t>(), line = got[1].to_host<std::int64_t>(),
               sums = got[3].to_host<std::int64_t>(), chosen = got[5].to_host<std::int64_t>();
    const auto halves = got[2].to_host<float>();
    const auto thirds = device.evaluate(cast(Expr(got[4]), DType::i32)).to_host<std::int32_t>();
    std::string wrong;
    for (std::uint64_t k = 0; k < n && wrong.empty(); ++k) {
      const std::int64_t index = element(k, 0, 1);
      const bool right = whole[k] == index && line[k] == element(k, -5, 3) &&
                         halves[k] == static_cast<float>(k) * 0.5f && sums[k] == x[k] + index &&
                         thirds[k] == (k % 3 == 0) && chosen[k] == (index > 4 ? x[k] : -index);
      if (!right) wrong = "element " + std::to_string(k);
    }
    CHECK(wrong == "");
  }
}

TEST_CASE_FIXTURE(OnDevice, "folds of indices are right at all lengths, with and without arrays beside them") {
  for (const std::uint64_t n : kLengths) {
    if (n == 0) continue;
    CAPTURE(n);
    const Expr i = arange(n);
    std::vector<std::int64_t> x(n);
    std::int64_t products = 0, total = 0, even = 0;
    for (std::uint64_t k = 0; k < n; ++k) {
      x[k] = static_cast<std::int64_t>(104729 * k % 2003) - 1000;
      products += x[k] * element(k, 0, 1);
      total += element(k, 0, 1);
      even += x[k] % 2 == 0 && k % 2 == 0;
    }
    const Array a = device.array(std::span<const std::int64_t>(x));
    const std::vector<Array> got =
        device.evaluate(std::vector<Expr>{sum(a * i), sum(i), count((a % 2 == 0) && (i % 2 == 0)), max(i * 2),
                                          argmax(i), sum(cast(i, DType::f64)), min(a - i)});
    CHECK(got[0].item<std::int64_t>() == products);
    CHECK(got[1].item<std::int64_t>() == total);
    CHECK(got[2].item<std::int64_t>() == even);
    CHECK(got[3].item<std::int64_t>() == element(n - 1, 0, 2));
    CHECK(got[4].item<std::int64_t>() == element(n - 1, 0, 1));
    CHECK(got[5].item<double>() == static_cast<double>(total));
    CHECK(device.evaluate(sum(a * i)).item<std::int64_t>() == products);
    CHECK(device.evaluate(sum(i)).item<std::int64_t>() == total);
    CHECK(device.evaluate(argmin(i * -1)).item<std::int64_t>() == element(n - 1, 0, 1));
  }
}

TEST_CASE_FIXTURE(OnDevice, "indices of views and of two axes keep their places") {
  const std::uint64_t rows = 37, columns = 53;
  const Array out = device.zeros({rows, columns}, DType::i64);
  device.assign(out, index(0) * 100 + index(1));
  const auto all = out.to_host<std::int64_t>();
  std::string wrong;
  for (std::uint64_t k = 0; k < all.size() && wrong.empty(); ++k)
    if (all[k] != static_cast<std::int64_t>(k / columns * 100 + k % columns)) wrong = "element " + std::to_string(k);
  CHECK(wrong == "");
  // One row and one column of it, of which the column is no run of memory.
  device.assign(out.at(5), arange(columns) * -1);
  device.assign(out.at(7, 1), arange(rows) + 1000);
  CHECK(out.at(5).at(52).item<std::int64_t>() == -52);
  CHECK(out.at(36).at(7).item<std::int64_t>() == 1036);
  CHECK(out.at(5).at(7).item<std::int64_t>() == 1005);
  CHECK(out.at(6).at(8).item<std::int64_t>() == 608);
}
