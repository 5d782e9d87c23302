// The helpers that compare must be able to fail.

#include "cells.hpp"
#include "reference.hpp"
#include "unit_tree.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

template <class T>
void check_same_bits() {
  using L = std::numeric_limits<T>;
  CHECK(same_bits(T(0), T(0)));
  CHECK_FALSE(same_bits(T(0), T(-0.0)));
  CHECK_FALSE(same_bits(T(1), std::nextafter(T(1), T(2))));
  CHECK_FALSE(same_bits(T(0), L::denorm_min()));
  CHECK_FALSE(same_bits(L::infinity(), -L::infinity()));
  CHECK_FALSE(same_bits(L::infinity(), L::max()));
  CHECK_FALSE(same_bits(L::quiet_NaN(), T(0)));
  CHECK_FALSE(same_bits(T(1), L::quiet_NaN()));
  CHECK(same_bits(L::quiet_NaN(), -L::quiet_NaN()));
}

}  // namespace

TEST_CASE("same_bits tells zeros, neighbours, infinities and NaN from numbers, and takes all NaNs as one") {
  check_same_bits<float>();
  check_same_bits<double>();
  CHECK_FALSE(same_bits(1, 2));
  CHECK(same_bits<std::int8_t>(-1, -1));
}

TEST_CASE("first_difference finds the place, and a length that differs") {
  const std::vector<float> a{1, 2, 3}, b{1, 2, 4}, shorter{1, 2};
  CHECK(first_difference(a, a) == std::nullopt);
  CHECK(first_difference(a, b) == 2);
  CHECK(first_difference(a, shorter) == 2);
  CHECK(first_difference(shorter, a) == 2);
  CHECK(first_difference(a, {}) == 0);
}

TEST_CASE("difference reports type, number and bits") {
  const Cells ints = cells<std::int32_t>({1, -2}), others = cells<std::int32_t>({1, 2});
  CHECK(difference(ints, ints) == "");
  CHECK(difference(ints, others) == "at 1 got -2 (0xfffffffe), expected 2 (0x2)");
  CHECK(difference(ints, cells<std::uint32_t>({1, 2})) == "type i32, expected u32");
  CHECK(difference(ints, cells<std::int32_t>({1})) == "2 elements, expected 1");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(difference(cells<float>({nan}), cells<float>({-nan})) == "");
  CHECK(difference(cells<float>({nan}), cells<float>({0})) != "");
  CHECK(difference(cells<float>({0}), cells<float>({-0.0f})) != "");
}

TEST_CASE("failure asks for the code and for the word") {
  const auto refuse = [] { throw Error(Code::bad_shape, "axis 3 of 2", "count from 0"); };
  CHECK(failure(Code::bad_shape, "axis 3", refuse) == "");
  CHECK(failure(Code::bad_type, "axis 3", refuse) != "");
  CHECK(failure(Code::bad_shape, "axis 4", refuse) != "");
  CHECK(failure(Code::bad_shape, "", [] {}) == "threw nothing");
  CHECK(failure(Code::bad_shape, "", [] { throw Error(Code::bad_shape, ""); }) == "has no message");
}

TEST_CASE("an idle device is not taken for one that computed") {
  Counters before, after;
  CHECK_FALSE(computed(before, after));
  CHECK_FALSE(moved_bytes(before, after));
  after.compiled = 1;
  CHECK_FALSE(computed(before, after));
  after.passes = 1;
  CHECK(computed(before, after));
  CHECK_FALSE(moved_bytes(before, after));
  after.bytes_to_host = 4;
  CHECK(moved_bytes(before, after));
}

TEST_CASE("awkward values hold every kind of float that goes wrong") {
  const std::vector<float> values = awkward_values<float>(4096, 1);
  const auto has = [&](auto f) { return std::any_of(values.begin(), values.end(), f); };
  CHECK(has([](float v) { return std::isnan(v); }));
  CHECK(has([](float v) { return std::isinf(v) && v < 0; }));
  CHECK(has([](float v) { return v == 0 && std::signbit(v); }));
  CHECK(has([](float v) { return std::fpclassify(v) == FP_SUBNORMAL; }));
}

TEST_CASE("the reference tree takes its elements in the order of the specification") {
  // 2^24 swallows a 1 that is added to it, so each of these sums shows which elements meet first.
  std::vector<float> x(1024, 0.0f);
  x[0] = 0x1p24f;
  x[128] = 1;  // next row, same lane: lost
  x[64] = 1;   // half the lanes away, met as 1 + 1, then kept
  x[192] = 1;
  CHECK(tree_sum<float>(x) == 0x1p24f + 2);
  x[128] = 0;
  x[192] = 0;
  CHECK(tree_sum<float>(x) == 0x1p24f);
  std::vector<float> units(3 * 1024, 0.0f);  // ((0, 1), 2)
  units[0] = 0x1p24f;
  units[1024] = 1;
  units[2048] = 1;
  CHECK(tree_sum<float>(units) == 0x1p24f);
  units[1024] = 0;
  units.resize(4 * 1024);  // ((0, 1), (2, 3))
  units[3072] = 1;
  CHECK(tree_sum<float>(units) == 0x1p24f + 2);
}

TEST_CASE("the reference tree keeps a minus zero, and the empty sum is plus zero") {
  CHECK(same_bits(tree_sum<float>(std::vector<float>{-0.0f}), -0.0f));
  CHECK(same_bits(tree_sum<double>({}), 0.0));
  CHECK(same_bits(tree_prod<double>({}), 1.0));
  CHECK(tree_prod<double>(std::vector<double>(3, 2.0)) == 8);
}

TEST_CASE("the reference casts saturate and give 0 for NaN") {
  CHECK(reference_cast<std::int8_t>(127.9) == 127);
  CHECK(reference_cast<std::int8_t>(128.0) == 127);
  CHECK(reference_cast<std::int8_t>(-1e300) == -128);
  CHECK(reference_cast<std::uint8_t>(-0.5) == 0);
  CHECK(reference_cast<std::int64_t>(0x1p63) == std::numeric_limits<std::int64_t>::max());
  CHECK(reference_cast<std::int64_t>(std::numeric_limits<float>::quiet_NaN()) == 0);
  CHECK(reference_cast<std::uint64_t>(0x1.fffffep63f) == 0xffffff0000000000u);
  CHECK(reference_cast<std::uint8_t>(std::int32_t{-1}) == 255);
  CHECK(reference_cast<bool>(std::numeric_limits<float>::quiet_NaN()));
}
