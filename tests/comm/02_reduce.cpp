#include <cmath>
#include <limits>

#include "../support.hpp"
#include "worlds.hpp"

using namespace lockstep;
using test::on_ranks;
using test::same_bits;

namespace {

constexpr std::size_t kSizes[] = {0, 1, 7, 1023, 1025, 20'001};  // the last is combined in slices

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
  return x ^ (x >> 29);
}

/// Element `i` of rank `rank`: of floats every 13th is a special one.
template <Element T>
T value_at(int rank, std::size_t i) {
  const std::uint64_t random = mixed(mixed(i + 1) + static_cast<std::uint64_t>(rank) * 7919);
  if constexpr (std::floating_point<T>) {
    constexpr T kInf = std::numeric_limits<T>::infinity();
    const T specials[] = {T(0), T(-0.0), kInf, -kInf, std::numeric_limits<T>::quiet_NaN(), T(1e30), T(-1e30), T(1e-30)};
    if (random % 13 == 0) return specials[random / 13 % std::size(specials)];
    return static_cast<T>(static_cast<double>(random % 2'000'001) / 1e3 - 1e3);
  } else {
    return static_cast<T>(random % 5 == 0 ? 0 : random >> 20);
  }
}

/// What MPI's operations mean, for two values: written anew.
template <Element T>
T op_of(RankOp op, T a, T b) {
  const bool left = a != T(0), right = b != T(0);
  switch (op) {
    case RankOp::max:
    case RankOp::min: {
      if (a != a || b != b) return a != a ? a : b;
      if constexpr (std::floating_point<T>)
        if (a == b) return std::signbit(a) == (op == RankOp::min) ? a : b;
      return (op == RankOp::max) == (a > b) ? a : b;
    }
    case RankOp::sum:
      if constexpr (std::floating_point<T>) return a + b;
      return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    case RankOp::prod:
      if constexpr (std::floating_point<T>) return a * b;
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    case RankOp::land:
      return static_cast<T>(left && right);
    case RankOp::lor:
      return static_cast<T>(left || right);
    case RankOp::lxor:
      return static_cast<T>(left != right);
    default:
      break;
  }
  if constexpr (std::integral<T>) return static_cast<T>(op == RankOp::band ? a & b : op == RankOp::bor ? a | b : a ^ b);
  return a;
}

/// Ranks first .. first+count-1, count a power of two or cut off by the last rank: the halves, joined.
template <Element T>
T tree(RankOp op, int first, int count, int ranks, std::size_t i) {
  if (count == 1) return value_at<T>(first, i);
  const T left = tree<T>(op, first, count / 2, ranks, i);
  return first + count / 2 < ranks ? op_of(op, left, tree<T>(op, first + count / 2, count / 2, ranks, i)) : left;
}

/// Where the reduction of all ranks differs from the tree first.
template <Element T>
void check_reduce(const Communicator& ranks, RankOp op, std::size_t n, int root) {
  const auto in = std::make_unique<T[]>(n), out = std::make_unique<T[]>(n);
  for (std::size_t i = 0; i < n; ++i) in[i] = value_at<T>(ranks.rank(), i);
  const std::span<const T> mine(in.get(), n);
  root < 0 ? ranks.allreduce(op, mine, std::span(out.get(), n)) : ranks.reduce(op, mine, std::span(out.get(), n), root);
  if (root >= 0 && root != ranks.rank()) {
    CHECK(std::all_of(out.get(), out.get() + n, [](T v) { return v == T(0); }));  // left alone
    return;
  }
  int count = 1;
  while (count < ranks.size()) count *= 2;
  const bool logical = op == RankOp::land || op == RankOp::lor || op == RankOp::lxor;
  for (std::size_t i = 0; i < n; ++i) {
    T expected = tree<T>(op, 0, count, ranks.size(), i);
    if (logical) expected = static_cast<T>(expected != T(0));
    if (same_bits(out[i], expected)) continue;
    FAIL_CHECK(to_string(op) << " of " << to_string(dtype_of<T>) << ", element " << i << " of " << n << ": " << +out[i]
                             << " instead of " << +expected);
    return;
  }
}

template <class T>
void check_all_ops(const Communicator& ranks) {
  for (int o = 0; o < static_cast<int>(RankOp::maxloc); ++o) {
    const auto op = static_cast<RankOp>(o);
    if (std::floating_point<T> && o >= static_cast<int>(RankOp::band)) {
      T in{}, out{};
      CHECK_THROWS_AS(ranks.allreduce(op, std::span<const T>(&in, 1), std::span<T>(&out, 1)), Error);
      continue;
    }
    check_reduce<T>(ranks, op, 20'001, -1);
    for (int root = 0; root < ranks.size(); ++root) check_reduce<T>(ranks, op, 7, root);
  }
}

}  // namespace

TEST_CASE("a reduction is a tree over the ranks, for every operation and type") {
  on_ranks([](const Communicator& ranks) {
    for (const DType type : all_dtypes()) visit(type, [&]<Element T>() { check_all_ops<T>(ranks); });
  });
}

TEST_CASE("sums of floats have the bits of the tree for any size and root") {
  on_ranks([](const Communicator& ranks) {
    for (const std::size_t n : kSizes)
      for (int root = -1; root < ranks.size(); ++root) {
        check_reduce<float>(ranks, RankOp::sum, n, root);
        check_reduce<double>(ranks, RankOp::sum, n, root);
      }
  });
}

TEST_CASE("the values of this test tell orders apart") {
  // Else it could not fail: three ranks in the order of a chain differ from the tree's for some element of four.
  bool differ = false;
  for (std::size_t i = 0; i < 1000 && !differ; ++i) {
    const float a = value_at<float>(0, i), b = value_at<float>(1, i), c = value_at<float>(2, i),
                d = value_at<float>(3, i);
    differ = !same_bits((a + b) + (c + d), ((a + b) + c) + d);
  }
  CHECK(differ);
}

TEST_CASE("minloc and maxloc take the first of equals, and a NaN before all") {
  on_ranks([](const Communicator& ranks) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const int last = ranks.size() - 1, r = ranks.rank();
    // Equal everywhere; smallest on the last; NaN on the last; places in falling order.
    const std::vector<Placed<float>> in = {
        {1, 100 - r}, {r == last ? -1.f : 0.f, r}, {r == last ? nan : 5.f, r}, {-0.f * float(r % 2), -r}};
    std::vector<Placed<float>> low(4), high(4);
    ranks.allreduce(RankOp::minloc, std::span<const Placed<float>>(in), std::span(low));
    ranks.reduce(RankOp::maxloc, std::span<const Placed<float>>(in), std::span(high), last);
    CHECK(low[0].place == 100 - last);
    CHECK(low[1].place == last);
    CHECK(low[1].value == -1);
    CHECK(low[2].place == last);
    CHECK(low[3].place == -last);  // zeros of either sign are equal
    if (r == last) {
      CHECK(high[0].place == 100 - last);
      CHECK(high[1].place == (last == 0 ? 0 : 0));
      CHECK(high[1].value == (last == 0 ? -1 : 0));
      CHECK(high[2].value != high[2].value);
    }
    CHECK_THROWS_AS(ranks.allreduce(RankOp::sum, std::span<const Placed<float>>(in), std::span(low)), Error);
    CHECK_THROWS_AS(ranks.allreduce_value(RankOp::minloc, 1.f), Error);
  });
}

TEST_CASE("arrays of a device are reduced like those of the host") {
  on_ranks([](const Communicator& ranks) {
    const Device device = test::device();
    std::vector<double> mine(1025), expected(1025);
    for (std::size_t i = 0; i < mine.size(); ++i) mine[i] = value_at<double>(ranks.rank(), i);
    ranks.allreduce(RankOp::sum, std::span<const double>(mine), std::span(expected));
    const Array array = device.array(mine, Shape{5, 205});
    const Array all = ranks.allreduce(RankOp::sum, array);
    CHECK(all.shape() == array.shape());
    CHECK(!test::first_difference(all.to_host<double>(), expected));
    const Array one = ranks.reduce(RankOp::sum, array, ranks.size() - 1);
    CHECK(one.valid() == (ranks.rank() == ranks.size() - 1));
    if (one.valid()) CHECK(!test::first_difference(one.to_host<double>(), expected));

    ranks.broadcast(array, ranks.size() - 1);
    for (std::size_t i = 0; i < mine.size(); ++i) mine[i] = value_at<double>(ranks.size() - 1, i);
    CHECK(!test::first_difference(array.to_host<double>(), mine));

    const Array values = device.array({3.0, static_cast<double>(ranks.rank())});
    const auto [low, at] =
        ranks.allreduce(RankOp::maxloc, values, device.array({std::int64_t{9} - ranks.rank(), std::int64_t{7}}));
    CHECK(low.to_host<double>() == std::vector<double>{3, static_cast<double>(ranks.size() - 1)});
    CHECK(at.to_host<std::int64_t>() == std::vector<std::int64_t>{10 - ranks.size(), 7});
  });
}
