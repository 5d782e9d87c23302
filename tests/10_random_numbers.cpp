// Random numbers as expressions: the bits of the scalar generator on every device and in any chunks.

#include "lockstep/random.hpp"

#include <numbers>

#include "cells.hpp"
#include "text_support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

struct Known {
  std::uint32_t counter[4], key[2], result[4];
};
// Source: Random123's kat_vectors, philox4x32 with 10 rounds.
constexpr Known kKnown[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }

__extension__ typedef unsigned __int128 Wide;

/// The reference of random_integers, in 128-bit arithmetic.
std::int64_t integer(const RandomStream& stream, std::uint64_t id, std::int64_t low, std::int64_t high) {
  const auto b = stream.block(id, 0, 0);
  const auto size = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const Wide upper = static_cast<Wide>(joined(b[0], b[1])) * size;
  const Wide lower = static_cast<Wide>(joined(b[2], b[3])) * size;
  const auto place = static_cast<std::uint64_t>((upper + (lower >> 64)) >> 64);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + place);
}

double mean_of(const Device& device, const Expr& x) {
  return device.evaluate(mean(cast(x, DType::f64))).item<double>();
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "philox has Random123's known answers, computed on the device and folded by the engine") {
  for (const Known& k : kKnown) {
    const auto a = joined(k.counter[1], k.counter[0]), b = joined(k.counter[3], k.counter[2]);
    const auto key = joined(k.key[1], k.key[0]);
    const Array x = device.array<std::uint64_t>({a}), y = device.array<std::uint64_t>({b});
    const Array z = device.array<std::uint64_t>({key});
    const auto [first, second] = evaluate(philox(x, y, z), philox_next(x, y, z));
    CHECK(first.item<std::uint64_t>() == joined(k.result[0], k.result[1]));
    CHECK(second.item<std::uint64_t>() == joined(k.result[2], k.result[3]));
    CHECK(device.evaluate(philox(Expr(a), Expr(b), Expr(key))).item<std::uint64_t>() ==
          joined(k.result[0], k.result[1]));
  }
}

TEST_CASE_FIXTURE(OnDevice, "random bits and uniform numbers are those of the scalar generator") {
  const std::size_t n = 5000;
  const RandomStream stream(7, 3);
  std::vector<std::uint64_t> bits;
  std::vector<float> narrow;
  std::vector<double> wide;
  for (std::size_t i = 0; i < n; ++i) {
    const auto b = stream.block(i, 0, 0);
    bits.push_back(joined(b[0], b[1]));
    narrow.push_back(uniform_f32(b[0]));
    wide.push_back(stream.uniform_f64(i, 0, 0)[0]);
  }
  const RandomSource source{7, 3};
  const Shape shape{n};
  CHECK(difference(device.evaluate(broadcast_to(random_bits(source), shape)), cells(bits)) == "");
  CHECK(difference(device.evaluate(broadcast_to(random_uniform(source, DType::f32), shape)), cells(narrow)) == "");
  if (!device.info().has_f64) return;
  CHECK(difference(device.evaluate(broadcast_to(random_uniform(source), shape)), cells(wide)) == "");
  const auto b = stream.block(std::uint64_t{1} << 40, (std::uint64_t{5} << 40) + 9, 11);
  const RandomSource far{7, 3, Expr(std::int64_t{1} << 40), Expr((std::int64_t{5} << 40) + 9)};
  CHECK(device.evaluate(random_bits(far, 11)).item<std::uint64_t>() == joined(b[0], b[1]));
}

TEST_CASE_FIXTURE(OnDevice, "random integers are the 128-bit product, for small, large and negative ranges") {
  const std::pair<std::int64_t, std::int64_t> ranges[] = {
      {0, 1},
      {0, 6},
      {-3, 4},
      {10, 11},
      {0, 1000003},
      {-5, std::int64_t{1} << 40},
      {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}};
  const RandomStream stream(99, 0);
  for (const auto& range : ranges) {
    CAPTURE(range.first);
    CAPTURE(range.second);
    std::vector<std::int64_t> expected;
    for (std::uint64_t i = 0; i < 2000; ++i) expected.push_back(integer(stream, i, range.first, range.second));
    const Expr got = random_integers({99, 0, arange(2000)}, range.first, range.second);
    CHECK(difference(device.evaluate(got), cells(expected)) == "");
  }
}

TEST_CASE_FIXTURE(OnDevice, "random integers lie in their range and come equally often") {
  const int n = static_cast<int>(scaled(600000));
  const Array dice = device.evaluate(random_integers({1, 0, arange(static_cast<std::uint64_t>(n))}, 1, 7));
  for (int face = 1; face <= 6; ++face) {
    // Five standard deviations of a count of n throws.
    const auto count_of = static_cast<double>(item<std::int64_t>(count(Expr(dice) == face)));
    CHECK(std::fabs(count_of - n / 6.0) < 5 * std::sqrt(n * 5.0 / 36));
  }
}

TEST_CASE_FIXTURE(OnDevice, "uniform, normal and exponential numbers have their moments") {
  const std::uint64_t n = scaled(1000000);
  const double error = 5 / std::sqrt(static_cast<double>(n));  // five standard deviations for variance 1
  for (const DType type : {DType::f32, DType::f64}) {
    if (type == DType::f64 && !device.info().has_f64) continue;
    CAPTURE(to_string(type));
    const RandomSource source{2, 5, arange(n)};
    const Array u = device.evaluate(random_uniform(source, type)), z = device.evaluate(random_normal(source, type));
    const Array e = device.evaluate(random_exponential(source, type));
    CHECK(item<bool>(all(Expr(u) > 0 && Expr(u) < 1)));
    if (!device.info().has_f64) continue;
    CHECK(std::fabs(mean_of(device, u) - 0.5) < error / std::sqrt(12.0));
    CHECK(std::fabs(mean_of(device, z)) < error);
    CHECK(std::fabs(mean_of(device, square(z)) - 1) < error * std::sqrt(2.0));
    CHECK(std::fabs(mean_of(device, abs(z) < 1) - std::erf(std::sqrt(0.5))) < error / 2);
    CHECK(std::fabs(mean_of(device, e) - 1) < error);
    CHECK(item<bool>(all(Expr(e) > 0 && isfinite(e) && isfinite(z))));
  }
}

TEST_CASE_FIXTURE(OnDevice, "chunks of a random stream, put together, are the stream") {
  const std::uint64_t n = 10000;
  const auto numbers = [](const Expr& index) { return random_normal({3, 1, index, 4}, DType::f32, 2); };
  const std::vector<float> whole = device.evaluate(numbers(arange(n))).to_host<float>();
  for (const std::uint64_t chunk : {1000, 1023, 4097}) {
    std::vector<float> parts;
    for (std::uint64_t at = 0; at < n; at += chunk) {
      const std::uint64_t m = std::min(chunk, n - at);
      const auto part = device.evaluate(numbers(arange(m) + at)).to_host<float>();
      parts.insert(parts.end(), part.begin(), part.end());
    }
    CHECK(first_difference(parts, whole) == std::nullopt);
  }
}

TEST_CASE_FIXTURE(OnDevice,
                  "without an index the place in row-major order counts, on views and transposed arrays too") {
  const Array x = device.zeros({30, 70}, DType::f32);
  const Expr u = random_uniform({5}, DType::f32);
  const Array rows = evaluate(x + u);
  CHECK(difference(rows.reshape({2100}), device.evaluate(random_uniform({5, 0, arange(2100)}, DType::f32))) == "");
  CHECK(difference(evaluate(x.transpose() + u), device.evaluate(broadcast_to(u, {70, 30}))) == "");
  CHECK(difference(evaluate(x.slice({{0, 30, 3}}) + u), device.evaluate(broadcast_to(u, {10, 70}))) == "");
  CHECK(same_bits(item<float>(sum(x + u)), item<float>(sum(rows.reshape({2100})))));
  const Array columns = evaluate(sum(x + u, 0));
  CHECK(difference(columns, evaluate(sum(rows, 0))) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a seed of another value compiles nothing anew, and gives other numbers") {
  const Array x = device.zeros({100}, DType::f32);
  const auto draw = [&](int seed) { return evaluate(x + random_uniform({seed, 1}, DType::f32)).to_host<float>(); };
  const auto first = draw(1);
  const auto compiled = device.counters().compiled;
  CHECK(first_difference(first, draw(2)) != std::nullopt);
  CHECK(first_difference(first, draw(1)) == std::nullopt);
  CHECK(device.counters().compiled == compiled);
}

// Expected values: a program of its own, in Python.
TEST_CASE_FIXTURE(OnDevice, "random numbers are those that another implementation gives") {
  const RandomSource source{2026, 1, arange(4), 3};
  CHECK(device.evaluate(random_bits(source)).to_host<std::uint64_t>() ==
        std::vector<std::uint64_t>{16031346648831961399u, 11495179294301446716u, 17844952579569790604u,
                                   11261484933323531291u});
  CHECK(device.evaluate(random_integers(source, -100, 100)).to_host<std::int64_t>() ==
        std::vector<std::int64_t>{73, 24, 93, 22});
  const std::vector<float> normals = device.evaluate(random_normal(source, DType::f32)).to_host<float>();
  const double expected[] = {-0.21227298992404842, -0.7018322024558772, 0.23467316260910567, -0.7622061215153092};
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::fabs(normals[i] - expected[i]) < 1e-6);
}

TEST_CASE("what random numbers cannot be made of is refused, and the message names it") {
  CHECK(failure(Code::bad_argument, "seed", [] { random_bits({-1}); }) == "");
  CHECK(failure(Code::bad_argument, "4294967296", [] { random_bits({std::int64_t{1} << 32}); }) == "");
  CHECK(failure(Code::bad_argument, "stream", [] { random_bits({1, -2}); }) == "");
  CHECK(failure(Code::bad_argument, "step", [] { random_bits({1, 2, position(), std::int64_t{1} << 48}); }) == "");
  CHECK(failure(Code::bad_argument, "draw", [] { random_bits({1}, 65536); }) == "");
  CHECK(failure(Code::bad_argument, "draw", [] { random_bits({1}, -1); }) == "");
  CHECK(failure(Code::bad_type, "seed", [] { random_bits({1.5}); }) == "");
  CHECK(failure(Code::bad_type, "i32", [] { random_uniform({1}, DType::i32); }) == "");
  CHECK(failure(Code::bad_argument, "there are none", [] { random_integers({1}, 3, 3); }) == "");
  CHECK(failure(Code::bad_type, "f64", [] { random_integers({1}, 0, 2.5); }) == "");
}

TEST_SUITE("08 text: random numbers") {
  TEST_CASE("the text form has the same numbers") {
    const Device d = device();
    const RandomSource source{7, 3, arange(50), 2};
    CHECK(difference(evaluated(d, "random_uniform(7, stream=3, index=arange(50), step=2, type=f32)"),
                     d.evaluate(random_uniform(source, DType::f32))) == "");
    CHECK(difference(evaluated(d, "random_normal(7, stream=3, index=arange(50), step=2, draw=5, type=f32)"),
                     d.evaluate(random_normal(source, DType::f32, 5))) == "");
    CHECK(difference(evaluated(d, "random_integers(7, -5, 6, stream=3, index=arange(50), step=2)"),
                     d.evaluate(random_integers(source, -5, 6))) == "");
    CHECK(difference(evaluated(d, "random_bits(7, stream=3, index=arange(50), step=2)"),
                     d.evaluate(random_bits(source))) == "");
    CHECK(difference(evaluated(d, "random_exponential(7, stream=3, index=arange(50), step=2, type=f32)"),
                     d.evaluate(random_exponential(source, DType::f32))) == "");
    CHECK(difference(evaluated(d, "random_uniform(7, type=f32) + 0*x"),
                     d.evaluate(random_uniform({7, 0, arange(5)}, DType::f32))) == "");
    CHECK(difference(evaluated(d, "index() + i64(0*m)"),
                     cells(std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})) == "");
  }
}
