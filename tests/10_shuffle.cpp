// Random orders: permutations, the same on every device, and all equally likely.

#include <map>

#include "cells.hpp"
#include "lockstep/algorithms.hpp"
#include "lockstep/random.hpp"
#include "text_support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// The stable order of the scalar generator's keys.
std::vector<std::int64_t> order_of(std::uint32_t seed, std::uint32_t stream, std::size_t n) {
  const RandomStream source(seed, stream);
  std::vector<std::uint64_t> keys;
  for (std::size_t i = 0; i < n; ++i) {
    const auto block = source.block(i, 0, 65535);
    keys.push_back(std::uint64_t{block[0]} << 32 | block[1]);
  }
  std::vector<std::int64_t> places(n);
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](std::int64_t a, std::int64_t b) {
    return keys[static_cast<std::size_t>(a)] < keys[static_cast<std::size_t>(b)];
  });
  return places;
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "a permutation is the order of the scalar generator's numbers") {
  for (const std::size_t n : {1, 2, 1000, 70000}) {
    CAPTURE(n);
    CHECK(difference(permutation(device, n, 5, 2), cells(order_of(5, 2, n))) == "");
  }
  CHECK(permutation(device, 0, 5).shape() == Shape{0});
  CHECK(difference(permutation(device, 1000, 6, 2), cells(order_of(5, 2, 1000))) != "");
  CHECK(difference(permutation(device, 1000, 5, 3), cells(order_of(5, 2, 1000))) != "");
}

TEST_CASE_FIXTURE(OnDevice, "all six orders of three come equally often") {
  const int rounds = static_cast<int>(scaled(3000));
  std::map<std::vector<std::int64_t>, int> seen;
  for (int seed = 0; seed < rounds; ++seed) ++seen[permutation(device, 3, seed).to_host<std::int64_t>()];
  CHECK(seen.size() == 6);
  // Five standard deviations of a count of that many draws.
  for (const auto& order : seen) CHECK(std::abs(order.second - rounds / 6.0) < 5 * std::sqrt(rounds * 5.0 / 36));
}

TEST_CASE_FIXTURE(OnDevice, "a shuffle moves whole rows along its axis, of every type, views and expressions too") {
  for (const DType type : all_dtypes()) {
    const Array x = upload(device, awkward_cells(type, 12 * 5, 1), {12, 5});
    const Array order = permutation(device, 12, 9, 1), columns = permutation(device, 5, 9, 1);
    CHECK(difference(shuffle(x, 9, 1), take(x, order, 0)) == "");
    CHECK(difference(shuffle(x, 9, 1, -1), take(x, columns, 1)) == "");
    CHECK(difference(shuffle(x, 9, 1, std::nullopt), take(x, permutation(device, 60, 9, 1))) == "");
    CHECK(difference(shuffle(x.slice({{0, 12, 2}}), 9, 1),
                     take(x.slice({{0, 12, 2}}), permutation(device, 6, 9, 1), 0)) == "");
  }
  const Array x = device.evaluate(arange(500));
  CHECK(difference(sort(shuffle(x, 3)), x) == "");
  CHECK(difference(shuffle(Expr(x) * 2, 3), evaluate(Expr(shuffle(x, 3)) * 2)) == "");
  CHECK(shuffle(device.zeros({0, 3}, DType::f32), 1).shape() == Shape{0, 3});
  CHECK(failure(Code::bad_shape, "2", [&] { shuffle(x.reshape({50, 10}), 1, 0, 2); }) == "");
  CHECK(failure(Code::bad_type, "seed", [&] { shuffle(x, 1.5); }) == "");
  CHECK(failure(Code::bad_argument, "seed", [&] { shuffle(x, -1); }) == "");
}

TEST_SUITE("08 text: shuffle") {
  TEST_CASE("a text shuffles by the same rule") {
    const Device d = device();
    const auto [x, m] = std::pair(evaluated(d, "+x"), evaluated(d, "+m"));
    CHECK(difference(evaluated(d, "shuffle(x, 7)"), shuffle(x, 7)) == "");
    CHECK(difference(evaluated(d, "shuffle(x * 2, 7)[1:]"), evaluate(Expr(shuffle(x, 7).slice({{1}})) * 2)) == "");
    CHECK(difference(evaluated(d, "shuffle(m, 7, axis=1)"), shuffle(m, 7, 0, 1)) == "");
    CHECK(difference(evaluated(d, "shuffle(m, 7, axis=None)"), shuffle(m, 7, 0, std::nullopt)) == "");
  }
}
