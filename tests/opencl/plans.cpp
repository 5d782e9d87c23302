// A program remembers how its last passes were run: more kinds of passes than it remembers, again and again, with other
// buffers, places and scalars each time.
#include <algorithm>
#include <bit>
#include <random>
#include <thread>

#include "backends/common/plans.hpp"
#include "lockstep/lockstep.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// One kind of pass: `rows` by `columns` elements from `first` on of a matrix whose rows are `pitch` apart.
struct Kind {
  std::int64_t rows, columns, pitch, first;
  bool in_place;
};
constexpr Kind kKinds[] = {
    {1, 1, 1, 0, false},       {1, 1000, 1000, 0, false},  {1, 1000, 1000, 1, false},  {1, 1000, 1000, 0, true},
    {1, 4099, 4099, 3, false}, {1, 33000, 33000, 0, true}, {7, 300, 301, 5, false},    {7, 300, 301, 5, true},
    {300, 7, 9, 2, false},     {64, 64, 64, 0, false},     {3, 20000, 20001, 1, true}, {90, 400, 401, 0, false},
};
static_assert(std::size(kKinds) > text::RecentPlans::kMost);

constexpr std::int64_t kElements = 1 << 17;

Array view(const Array& all, const Kind& kind) {
  return all.slice({{kind.first, kind.first + kind.rows * kind.pitch}})
      .reshape({static_cast<std::uint64_t>(kind.rows), static_cast<std::uint64_t>(kind.pitch)})
      .slice({{}, {0, kind.columns}});
}

/// What is computed with `buffers` in turn; every result in the order of the calls.
std::vector<float> results(const Device& device, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Array> buffers;
  for (std::uint64_t b = 0; b < 3; ++b) buffers.push_back(device.array(awkward_values<float>(kElements, b)));
  std::vector<float> all;
  const auto keep = [&](const Array& array) {
    const auto values = array.to_host<float>();
    all.insert(all.end(), values.begin(), values.end());
  };
  std::vector<Kind> kinds(std::begin(kKinds), std::end(kKinds));
  for (int round = 0; round < 4; ++round) {
    std::shuffle(kinds.begin(), kinds.end(), random);
    for (const Kind& kind : kinds) {
      const Array x = view(buffers[random() % 3], kind), y = view(buffers[random() % 3], kind);
      const Array target = kind.in_place ? x : view(buffers[random() % 3], kind);
      const float scale = static_cast<float>(random() % 100) * 0.01f;
      assign(target, x * scale + y);
      const Expr product = sum(x * y * scale);
      keep(evaluate(product));
      assign(target, x - y * scale);
      keep(evaluate(product));
      keep(evaluate(sum(x * scale, {0})));
    }
  }
  for (const Array& buffer : buffers) keep(buffer);
  return all;
}

bool same_values(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) || (x != x && y != y);
  });
}

}  // namespace

TEST_CASE("passes of more kinds than a program remembers have the CPU's bits, however they alternate") {
  for (const char* name : {"cpu", "gpu"}) {
    CAPTURE(name);
    const Environment shape("LOCKSTEP_OPENCL_SHAPE", name);
    const Device reference = Engine().open("cpu:1"), device = Engine().open("opencl:0");
    for (const std::uint64_t seed : {1u, 2u}) CHECK(same_values(results(reference, seed), results(device, seed)));
  }
}

TEST_CASE("threads that run the same program with other shapes at once have the CPU's bits") {
  const Device reference = Engine().open("cpu:1"), device = Engine().open("opencl:0");
  std::vector<std::vector<float>> got(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < got.size(); ++t) threads.emplace_back([&, t] { got[t] = results(device, 10 + t); });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < got.size(); ++t) CHECK(same_values(results(reference, 10 + t), got[t]));
}

TEST_CASE("an expression that took the place of another in memory is not taken for it") {
  const Device device = Engine().open("opencl:0");
  const Array x = device.array(std::vector<float>{1, 2, 3, 4});
  Array target = device.empty({4}, DType::f32);
  for (int i = 0; i < 50; ++i) {
    const float n = static_cast<float>(i);
    assign(target, i % 2 ? x * n : x + n);
    const std::vector<float> expected =
        i % 2 ? std::vector<float>{n, 2 * n, 3 * n, 4 * n} : std::vector<float>{1 + n, 2 + n, 3 + n, 4 + n};
    CHECK(target.to_host<float>() == expected);
    if (i % 5 == 0) target = device.empty({4}, DType::f32);
  }
}

TEST_CASE("one expression goes into one target after another, also into its own operand") {
  const Device device = Engine().open("opencl:0");
  const Array x = device.array(std::vector<float>{1, 2, 3, 4}), a = device.empty({4}, DType::f32),
              b = device.empty({4}, DType::f32);
  const Expr doubled = x + x;
  for (float n = 1; n < 1000; n *= 2) {
    for (const Array& target : {a, b, a, x}) assign(target, doubled);
    CHECK(a.to_host<float>() == std::vector<float>{2 * n, 4 * n, 6 * n, 8 * n});
    CHECK(b.to_host<float>() == a.to_host<float>());
    CHECK(x.to_host<float>() == a.to_host<float>());
  }
}
