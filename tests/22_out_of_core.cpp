// Evaluation part by part: the bits of an evaluation at once, whatever the parts.

#include "lockstep/out_of_core.hpp"

#include "cells.hpp"
#include "files.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

template <class T>
std::vector<T> as_vector(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// What a sink was given.
struct Collected {
  std::vector<std::byte> bytes;
  std::size_t parts = 0;

  ElementSink sink() {
    return [this](std::span<const std::byte> part) {
      bytes.insert(bytes.end(), part.begin(), part.end());
      ++parts;
    };
  }
};

std::vector<float> wave(std::size_t n, std::uint64_t seed) {
  std::vector<float> values = awkward_values<float>(n, seed);
  for (float& v : values)
    if (!std::isfinite(v) || std::fabs(v) > 1e6f) v = static_cast<float>(seed) + 0.37f;
  return values;
}

using Make = std::vector<Expr> (*)(const Expr& x, const Expr& y);

/// Every value of `make` over operands on the host, in parts of at most `memory` bytes, is the one over arrays.
void check_same(const Device& device, const Shape& shape_x, const Shape& shape_y, std::uint64_t memory, Make make) {
  CAPTURE(to_string(shape_x));
  CAPTURE(to_string(shape_y));
  CAPTURE(memory);
  const std::vector<float> x = wave(shape_x.size(), 3), y = wave(shape_y.size(), 5);
  const HostArray hx(x, shape_x), hy(y, shape_y);
  const std::vector<Array> whole = device.evaluate(make(device.array(x, shape_x), device.array(y, shape_y)));
  std::vector<ChunkedValue> values, sunk;
  for (const Expr& e : make(hx, hy)) values.push_back({e, {}});
  std::vector<Collected> collected(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sunk.push_back({values[i].value, collected[i].sink()});
  const std::vector<Array> parts = evaluate_chunked(device, values, {memory});
  const std::vector<Array> none = evaluate_chunked(device, sunk, {memory});
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    CHECK(parts[i].shape() == whole[i].shape());
    CHECK(difference(parts[i], whole[i]) == "");
    CHECK_FALSE(none[i].valid());
    std::vector<std::byte> expected(whole[i].bytes());
    whole[i].read_bytes(expected.data());
    // NaNs may differ in their bits.
    const Array back =
        device.array_from_bytes(collected[i].bytes.data(), whole[i].size(), whole[i].dtype(), whole[i].shape());
    CHECK(collected[i].bytes.size() == expected.size());
    CHECK(difference(back, whole[i]) == "");
  }
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "elements and reductions in parts have the bits of an evaluation at once") {
  const Make make = [](const Expr& x, const Expr& y) -> std::vector<Expr> {
    return {sqrt(abs(x * y)) + 1,
            sum(x * y),
            prod(1 + x * literal(1e-6)),
            max(x),
            argmax(x * y),
            argmin(x),
            mean(y),
            var(x, {}, false, 1),
            norm(y),
            count(x > y),
            x - mean(x),
            any(x > 5),
            bxor(cast(x, DType::i32)),
            min(x - y),
            sum(cast(x, DType::i32))};
  };
  for (const std::uint64_t memory : {1 << 14, 1 << 16, 1 << 20})
    for (const std::uint64_t n : {1, 1023, 1025, 20000, 70001}) check_same(device, {n}, {n}, memory, make);
  check_same(device, {300, 70}, {300, 70}, 1 << 15, make);
  check_same(device, {3, 7, 1100}, {3, 7, 1100}, 1 << 15, make);
  check_same(device, {1, 30000}, {1, 30000}, 1 << 15, make);
}

TEST_CASE_FIXTURE(OnDevice, "folds of the user's own, places and random numbers know where a part begins") {
  const Make make = [](const Expr& x, const Expr& y) -> std::vector<Expr> {
    return {reduce([](const Expr& a, const Expr& b) { return fma(a, literal(0.5), b); }, x),
            x + cast(index(0), DType::f32),
            x * random_uniform({7}, DType::f32),
            sum(y * random_uniform({7}, DType::f32)),
            x + cast(position() % 5, DType::f32),
            argmax(cast(arange(50000) * 7919 % 49999, DType::f32) + 0 * x)};
  };
  check_same(device, {50000}, {50000}, 1 << 15, make);
  check_same(device, {50000}, {1}, 1 << 15, make);
}

TEST_CASE_FIXTURE(OnDevice, "operands broadcast, and reductions run over axes, in parts along the first axis") {
  const Make make = [](const Expr& x, const Expr& y) -> std::vector<Expr> {
    return {x * y,
            sum(x * y, 1),
            sum(x, 0),
            argmax(x + y, 0),
            max(x, 1, true),
            x - mean(x, 1, true),
            x + cast(index(0) * 3 + index(-1), DType::f32),
            x * random_uniform({7}, DType::f32),
            var(x, 0),
            prod(1 + x * literal(1e-6), Axes{1})};
  };
  check_same(device, {5000, 16}, {16}, 1 << 15, make);
  check_same(device, {5000, 16}, {5000, 1}, 1 << 15, make);
  check_same(device, {3000, 33}, {1, 33}, 1 << 16, make);
  check_same(device, {3000, 33}, {1}, 1 << 16, make);
  const Make deep = [](const Expr& x, const Expr& y) -> std::vector<Expr> {
    return {sum(x * y, Axes{0, 2}), min(x, Axes{1, 2}), sum(x), x + y};
  };
  check_same(device, {900, 3, 8}, {3, 1}, 1 << 15, deep);
}

TEST_CASE_FIXTURE(OnDevice,
                  "an evaluation in parts takes no more memory than it was given, and moves each operand once") {
  const std::vector<float> x = wave(1 << 20, 4);
  device.trim();  // kept buffers may be larger than what is asked for
  const std::uint64_t before = device.memory().in_use;
  std::uint64_t most = 0;
  const auto moved = device.counters().bytes_to_device;
  std::size_t parts = 0;
  const ChunkedValue values[] = {{HostArray(x, {x.size()}) * 2 + 1, [&](std::span<const std::byte>) {
                                    most = std::max(most, device.memory().in_use - before);
                                    ++parts;
                                  }}};
  evaluate_chunked(device, values, {std::uint64_t{256} << 10});
  CHECK(parts >= 32);
  CHECK(most <= 256 << 10);
  CHECK(device.counters().bytes_to_device - moved == x.size() * sizeof(float));
}

TEST_CASE_FIXTURE(OnDevice, "files are mapped, reduced and written in parts, and appear complete or not at all") {
  const TemporaryFolder folder;
  const std::vector<float> x = wave(60000, 8);
  save_npy(folder / "x.npy", device.array(x, {200, 300}));
  const HostArray mapped = HostArray::map_npy(folder / "x.npy");
  CHECK(mapped.shape() == Shape{200, 300});
  CHECK(mapped.dtype() == DType::f32);
  {
    NpyWriter writer(folder / "y.npy", DType::f32, {200, 300});
    const ChunkedValue values[] = {{mapped * 2, [&](std::span<const std::byte> part) { writer.write(part); }},
                                   {sum(mapped), {}}};
    const auto results = evaluate_chunked(device, values, {1 << 15});
    CHECK_FALSE(std::filesystem::exists(folder / "y.npy"));
    writer.commit();
    CHECK(same_bits(results[1].item<float>(), item<float>(sum(device.array(x)))));
  }
  CHECK(difference(load_npy(device, folder / "y.npy"), evaluate(device.array(x, {200, 300}) * 2)) == "");
  {
    NpyWriter writer(folder / "z.npy", DType::f32, {2});
    writer.write(std::as_bytes(std::span<const float>(x.data(), 1)));
    CHECK(failure(Code::bad_argument, "lacks 4 bytes", [&] { writer.commit(); }) == "");
    CHECK(failure(Code::bad_argument, "room for 4 bytes",
                  [&] { writer.write(std::as_bytes(std::span<const float>(x.data(), 2))); }) == "");
  }
  CHECK_FALSE(std::filesystem::exists(folder / "z.npy"));
}

TEST_CASE_FIXTURE(OnDevice, "a part may be empty, and nothing at all may be asked for") {
  const std::vector<float> none;
  const HostArray x(none, {0, 3});
  Collected collected;
  const ChunkedValue values[] = {{sum(x), {}}, {x + 1, collected.sink()}, {prod(x, 0), {}}};
  const auto results = evaluate_chunked(device, values);
  CHECK(same_bits(results[0].item<float>(), 0.0f));
  CHECK(collected.bytes.empty());
  CHECK(results[2].to_host<float>() == std::vector<float>(3, 1));
  CHECK(evaluate_chunked(device, {}).empty());
}

TEST_CASE_FIXTURE(OnDevice, "what cannot be made in parts is refused, and the message says why") {
  const std::vector<float> x(30000, 1.0f);
  const HostArray h(x, {10000, 3});
  const ChunkedValue values[] = {{sum(h * device.array({1.0f, 2.0f, 3.0f})), {}}};
  CHECK(failure(Code::unsupported, "no power of two", [&] { evaluate_chunked(device, values, {1 << 12}); }) == "");
  CHECK(evaluate_chunked(device, values).front().item<float>() == 60000);
  CHECK(failure(Code::bad_argument, "evaluate_chunked", [&] { device.evaluate(sum(Expr(h))); }) == "");
  CHECK(failure(Code::bad_shape, "30000", [&] { HostArray(x, Shape{7}); }) == "");
  const TemporaryFolder folder;
  write_npy(folder / "b.npy", {Shape{1}, {{"", DType::boolean, {std::byte{1}}}}});
  CHECK(failure(Code::unsupported, "bools", [&] { HostArray::map_npy(folder / "b.npy"); }) == "");
  CHECK(failure(Code::file, "missing.npy", [&] { HostArray::map_npy(folder / "missing.npy"); }) == "");
  const ChunkedValue throwing[] = {{h + 1, [](std::span<const std::byte>) { throw Error(Code::file, "full"); }}};
  CHECK(failure(Code::file, "full", [&] { evaluate_chunked(device, throwing, {1 << 12}); }) == "");
}

// Needs 5 GiB of memory and half a minute: for LOCKSTEP_TEST_LARGE=1.
TEST_CASE_FIXTURE(OnDevice, "beyond 2^32 elements sums, counts and places are right, at once and in parts") {
  if (!std::getenv("LOCKSTEP_TEST_LARGE")) {
    CHECK(device.evaluate(sum(arange(10))).item<std::int64_t>() == 45);
    MESSAGE("skipped: LOCKSTEP_TEST_LARGE is not set");
    return;
  }
  const std::uint64_t n = (std::uint64_t{1} << 32) + 4321;
  std::vector<std::int8_t> values(n, 1);
  values[n - 2] = 9;
  values[n - 1] = 9;
  const HostArray x(values, {n});
  const ChunkedValue chunked[] = {{sum(x), {}}, {count(x), {}}, {argmax(x), {}}, {sum(cast(x, DType::f32)), {}}};
  const auto parts = evaluate_chunked(device, chunked, {std::uint64_t{64} << 20});
  CHECK(parts[0].item<std::int64_t>() == static_cast<std::int64_t>(n) + 16);
  CHECK(parts[1].item<std::int64_t>() == static_cast<std::int64_t>(n));
  CHECK(parts[2].item<std::int64_t>() == static_cast<std::int64_t>(n) - 2);
  const Expr whole = cast(arange(n) >= 0, DType::i8) + cast(arange(n) >= n - 2, DType::i8) * 8;
  const std::vector<Array> once =
      device.evaluate(std::vector<Expr>{sum(whole), count(whole), argmax(whole), sum(cast(whole, DType::f32))});
  for (std::size_t i = 0; i < 4; ++i) CHECK(difference(once[i], parts[i]) == "");
}
