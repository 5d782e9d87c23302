#include "lockstep/comm/fold.hpp"

#include <cmath>
#include <limits>

#include "../support.hpp"
#include "../unit_tree.hpp"
#include "worlds.hpp"

using namespace lockstep;
using test::on_ranks;
using test::same_bits;

namespace {

constexpr std::uint64_t kSizes[] = {0, 1, 5, 1023, 1024, 1025, 5000, 70'001};

template <class T>
std::vector<T> values(std::uint64_t n) {
  std::vector<T> x(n);
  for (std::uint64_t i = 0; i < n; ++i)
    x[i] = static_cast<T>(std::sin(static_cast<double>(i) * 12.9898) * 43758.5453 * (i % 7 == 0 ? 1e5 : 1));
  return x;
}

/// Factors whose product neither overflows nor vanishes.
template <class T>
std::vector<T> near_one(std::uint64_t n) {
  std::vector<T> x(n);
  for (std::uint64_t i = 0; i < n; ++i) x[i] = static_cast<T>(1 + std::sin(static_cast<double>(i) * 0.7) / 64);
  return x;
}

using Cuts = std::vector<std::uint64_t>;  // where each rank begins, and the end

/// Ways to cut `n` elements: even, at units, all on one rank, by the middle of units, and one element apart.
std::vector<Cuts> ways_to_cut(const Communicator& ranks, std::uint64_t n) {
  const auto p = static_cast<std::uint64_t>(ranks.size());
  Cuts even{0}, units{0}, last(p, 0), first{0}, odd{0}, single{0};
  for (int r = 0; r < ranks.size(); ++r) {
    even.push_back(ranks.share_of(r, n).second);
    units.push_back(ranks.share_of(r, n, 1024).second);
    first.push_back(n);
    odd.push_back(r + 1 == ranks.size() ? n : std::min(n, static_cast<std::uint64_t>(r + 1) * 700));
    single.push_back(r + 1 == ranks.size() ? n : std::min(n, 1023 + static_cast<std::uint64_t>(r)));
  }
  last.push_back(n);
  return {even, units, first, last, odd, single};
}

template <class T>
Array part_of(const std::vector<T>& all, const Cuts& cuts, const Communicator& ranks) {
  const auto r = static_cast<std::size_t>(ranks.rank());
  return test::device().array(std::span(all).subspan(cuts[r], cuts[r + 1] - cuts[r]));
}

template <class T>
void check_float_folds(const Communicator& ranks, const std::vector<T>& x) {
  const Array whole = test::device().array(x);
  for (const Cuts& cuts : ways_to_cut(ranks, x.size())) {
    const Array part = part_of(x, cuts, ranks);
    CHECK(same_bits(fold(ranks, Reduction::sum, part).template item<T>(), test::tree_sum<T>(x)));
    CHECK(same_bits(fold(ranks, Reduction::prod, part).template item<T>(), test::tree_prod<T>(x)));
    CHECK(same_bits(fold(ranks, Reduction::mean, part).template item<T>(), evaluate(mean(whole)).item<T>()));
  }
}

}  // namespace

TEST_CASE("the sum of an array over ranks has the bits of one rank, wherever it is cut") {
  on_ranks([](const Communicator& ranks) {
    for (const std::uint64_t n : kSizes) {
      CAPTURE(n);
      check_float_folds(ranks, values<float>(n));
      check_float_folds(ranks, values<double>(n));
      check_float_folds(ranks, near_one<float>(n));
    }
  });
}

TEST_CASE("NaN, infinities and zeros keep their place in a fold over ranks") {
  on_ranks([](const Communicator& ranks) {
    const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    check_float_folds(ranks, std::vector<double>(3000, -0.0));
    std::vector<double> x = values<double>(3000);
    x[1700] = inf;
    check_float_folds(ranks, x);
    x[2999] = -inf;
    check_float_folds(ranks, x);
    x[2999] = nan;
    check_float_folds(ranks, x);
    CHECK(std::signbit(
        fold(ranks, Reduction::sum, part_of(std::vector<double>(3000, -0.0), ways_to_cut(ranks, 3000)[0], ranks))
            .item<double>()));
    CHECK(!std::signbit(
        fold(ranks, Reduction::sum, part_of(std::vector<double>(), ways_to_cut(ranks, 0)[0], ranks)).item<double>()));
  });
}

TEST_CASE("every reduction over ranks is that of the whole array") {
  on_ranks([](const Communicator& ranks) {
    const Device device = test::device();
    for (const std::uint64_t n : {1, 1025, 5000}) {
      std::vector<std::int32_t> x(n);
      for (std::uint64_t i = 0; i < n; ++i) x[i] = static_cast<std::int32_t>(i * 2654435761u % 1000) - 499;
      std::vector<double> y(x.begin(), x.end());
      for (const ReductionInfo& info : all_reductions()) {
        if (info.reduction == Reduction::var || info.reduction == Reduction::stddev ||
            info.reduction == Reduction::norm) {
          CHECK_THROWS_AS(fold(ranks, info.reduction, device.array(x)), Error);
          continue;
        }
        const bool bits =
            info.reduction == Reduction::band || info.reduction == Reduction::bor || info.reduction == Reduction::bxor;
        const Array whole = device.evaluate(reduce(info.reduction, device.array(x)));
        for (const Cuts& cuts : ways_to_cut(ranks, n)) {
          CAPTURE(std::string(info.name));
          const Array folded = fold(ranks, info.reduction, part_of(x, cuts, ranks));
          CHECK(folded.dtype() == whole.dtype());
          CHECK(folded.shape() == whole.shape());
          CHECK(item<double>(folded) == item<double>(whole));
          if (!bits) {
            const Expr of_floats = reduce(info.reduction, device.array(y));
            CHECK(
                same_bits(item<double>(fold(ranks, info.reduction, part_of(y, cuts, ranks))), item<double>(of_floats)));
          }
        }
      }
    }
    CHECK_THROWS_AS(fold(ranks, Reduction::max, device.array(std::vector<float>())), Error);
  });
}

TEST_CASE("the place of an extreme is counted across ranks, and is the first of equals") {
  on_ranks([](const Communicator& ranks) {
    std::vector<float> x(4000, 1.f);
    for (const std::size_t at : {500, 1500, 3999}) {
      x.assign(4000, 1.f);
      x[at] = x[3999] = 9.f;
      for (const Cuts& cuts : ways_to_cut(ranks, x.size()))
        CHECK(fold(ranks, Reduction::argmax, part_of(x, cuts, ranks)).item<std::int64_t>() ==
              static_cast<std::int64_t>(at));
    }
    x[2500] = std::numeric_limits<float>::quiet_NaN();
    for (const Cuts& cuts : ways_to_cut(ranks, x.size())) {
      CHECK(fold(ranks, Reduction::argmin, part_of(x, cuts, ranks)).item<std::int64_t>() == 2500);
      CHECK(std::isnan(fold(ranks, Reduction::min, part_of(x, cuts, ranks)).item<float>()));
    }
  });
}

TEST_CASE("several folds of expressions go together") {
  on_ranks([](const Communicator& ranks) {
    const Device device = test::device();
    const std::vector<double> x = values<double>(9001);
    const Array whole = device.array(x), part = part_of(x, ways_to_cut(ranks, x.size())[0], ranks);
    const auto squares = [&](std::uint64_t begin, std::uint64_t end) {
      const Expr v = part.slice({Slice{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)}});
      return v * v;
    };
    const SpreadFold folds[] = {{Reduction::sum, squares}, {Reduction::max, squares}, {Reduction::mean, squares}};
    const std::vector<Array> results = fold(ranks, device, part.size(), folds);
    const auto [s, m, a] = evaluate(sum(Expr(whole) * whole), max(Expr(whole) * whole), mean(Expr(whole) * whole));
    CHECK(same_bits(results[0].item<double>(), s.item<double>()));
    CHECK(same_bits(results[1].item<double>(), m.item<double>()));
    CHECK(same_bits(results[2].item<double>(), a.item<double>()));
  });
}
