// Rung 22 of the ladder: more than 2^32 elements. What each operation gives there is right, or it is refused. A run
// needs LOCKSTEP_TEST_LARGE=1, about 14 GiB of memory and some minutes.

#include <cstdlib>

#include "cells.hpp"
#include "lockstep/histogram.hpp"
#include "lockstep/scan.hpp"
#include "lockstep/select.hpp"
#include "lockstep/shuffle.hpp"
#include "lockstep/sort.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::uint64_t kBeyond = std::uint64_t{1} << 32;
constexpr std::uint64_t kSize = kBeyond + 4321;

bool is_asked_for(const Device& device) {
  if (std::getenv("LOCKSTEP_TEST_LARGE")) return true;
  CHECK(device.evaluate(sum(arange(10))).item<std::int64_t>() == 45);
  MESSAGE("skipped: LOCKSTEP_TEST_LARGE is not set");
  return false;
}

/// Ones, but for a 7 at kBeyond - 1, an 8 at kBeyond and a 9 at the end.
Array marked(const Device& device) {
  const Expr i = arange(kSize);
  return device.evaluate(
      cast(where(i == kBeyond - 1, 7, where(i == kBeyond, 8, where(i == kSize - 1, 9, 1))), DType::i8));
}

/// `count` elements from number `begin`.
std::vector<std::int8_t> part(const Array& x, std::uint64_t begin, std::uint64_t count) {
  const auto first = static_cast<std::int64_t>(begin);
  return x.slice({{first, first + static_cast<std::int64_t>(count), 1}}).copy().to_host<std::int8_t>();
}

using Bytes = std::vector<std::int8_t>;

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "beyond 2^32 elements element-wise results and views are right") {
  if (!is_asked_for(device)) return;
  const Array x = marked(device);
  CHECK(part(x, kBeyond - 2, 4) == Bytes{1, 7, 8, 1});
  CHECK(part(x, kSize - 2, 2) == Bytes{1, 9});
  device.assign(x, Expr(x) * 2);
  CHECK(part(x, kBeyond - 2, 4) == Bytes{2, 14, 16, 2});
  CHECK(part(x, kSize - 2, 2) == Bytes{2, 18});
  CHECK(part(x, 0, 1) == Bytes{2});
  // Every second element, backwards, and two axes whose extents broadcast.
  const Array back = x.slice({{Slice::kOpen, Slice::kOpen, -2}});
  CHECK(back.size() == kSize / 2 + 1);
  static_assert(kSize % 2 == 1);  // so that 16 and 18 are among them, and 14 is not
  CHECK(device.evaluate(sum(back)).item<std::int64_t>() == static_cast<std::int64_t>(2 * back.size()) + 14 + 16);
  const std::uint64_t rows = (std::uint64_t{1} << 16) + 3, columns = std::uint64_t{1} << 16;
  const Array down = device.evaluate(cast(arange(rows) % 2, DType::i8)).reshape({rows, 1});
  const Array along = device.evaluate(cast(arange(columns) % 3, DType::i8));
  const auto [total, most] = evaluate(sum(down + Expr(along), Axes{1}), max(down * Expr(along), Axes{0}));
  const std::int64_t thirds = device.evaluate(sum(along)).item<std::int64_t>();
  CHECK(total.at(static_cast<std::int64_t>(rows) - 1).item<std::int64_t>() == thirds);
  CHECK(total.at(static_cast<std::int64_t>(rows) - 2).item<std::int64_t>() ==
        thirds + static_cast<std::int64_t>(columns));
  CHECK(most.at(-1).item<std::int8_t>() == static_cast<std::int8_t>((columns - 1) % 3));
}

TEST_CASE_FIXTURE(OnDevice, "beyond 2^32 elements scans, selections and indices are right") {
  if (!is_asked_for(device)) return;
  const Array x = marked(device);
  {
    const Array running = cummax(x);
    CHECK(part(running, kBeyond - 2, 4) == Bytes{1, 7, 8, 8});
    CHECK(part(running, kSize - 2, 2) == Bytes{8, 9});
  }
  CHECK(compress(Expr(x) > 1, x).to_host<std::int8_t>() == Bytes{7, 8, 9});
  const std::vector<std::int64_t> places{static_cast<std::int64_t>(kBeyond) - 1, static_cast<std::int64_t>(kBeyond),
                                         static_cast<std::int64_t>(kSize) - 1};
  CHECK(flatnonzero(Expr(x) > 1).to_host<std::int64_t>() == places);
  const Array at = device.array(std::span<const std::int64_t>(places));
  CHECK(take(x, at).to_host<std::int8_t>() == Bytes{7, 8, 9});
  put(x, at, device.array(std::span<const std::int8_t>(Bytes{3, 4, 5})));
  CHECK(part(x, kBeyond - 2, 4) == Bytes{1, 3, 4, 1});
  CHECK(part(x, kSize - 2, 2) == Bytes{1, 5});
  scatter_add(x, at, device.array(std::span<const std::int8_t>(Bytes{10, 20, 30})));
  CHECK(part(x, kBeyond - 2, 4) == Bytes{1, 13, 24, 1});
  CHECK(part(x, kSize - 2, 2) == Bytes{1, 35});
  const std::vector<std::int64_t> counts = bincount(x).to_host<std::int64_t>();
  CHECK(counts.size() == 36);
  CHECK(counts[1] == static_cast<std::int64_t>(kSize) - 3);
  CHECK(counts[13] == 1);
  CHECK(counts[35] == 1);
}

TEST_CASE_FIXTURE(OnDevice, "beyond 2^32 elements what sorts is refused") {
  if (!is_asked_for(device)) return;
  const Expr x = cast(arange(kSize) > 5, DType::i8);
  const auto refused = [&](const char* name, const auto& call) {
    CAPTURE(name);
    CHECK(failure(Code::bad_shape, std::to_string(kSize).c_str(), call) == "");
  };
  const Array array = device.evaluate(x);
  refused("sort", [&] { sort(array); });
  refused("argsort", [&] { argsort(array); });
  refused("permutation", [&] { permutation(device, kSize, 1); });
  refused("unique", [&] { unique(array); });
}
