#include <doctest/doctest.h>

#include "support.hpp"

using namespace lockstep;

namespace {

std::vector<double> counting(std::size_t n) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>(i);
  return values;
}

}  // namespace

TEST_CASE("a stream computes what the device's own calls compute") {
  const Device device = test::device();
  const Stream stream = device.make_stream();
  CHECK(stream.device() == device);
  const Array x = device.array(counting(5000));
  const Array there = stream.evaluate(sum(x * x) + x);
  CHECK_FALSE(test::first_difference(there.to_host<double>(), device.evaluate(sum(x * x) + x).to_host<double>()));
}

TEST_CASE("two streams that write and read the same arrays in turn see each other's work in order") {
  const Device device = test::device();
  const Stream a = device.make_stream();
  const Stream b = device.make_stream();
  const Array x = device.zeros({100'003}, DType::i64);
  const Array y = device.zeros({100'003}, DType::i64);
  for (int i = 0; i < 50; ++i) {
    a.assign(x, x + 1);
    b.assign(y, y + x);  // reads what `a` wrote
    a.assign(x, x + 0 * y);
  }
  // 1 + 2 + ... + 50
  CHECK(item<std::int64_t>(min(y)) == 1275);
  CHECK(item<std::int64_t>(max(y)) == 1275);
}

TEST_CASE("memory freed by one stream and taken by another is not overwritten too early") {
  const Device device = test::device();
  const Stream a = device.make_stream();
  const Stream b = device.make_stream();
  for (int i = 0; i < 30; ++i) {
    Array kept;
    {
      const Array x = a.evaluate(cast(arange(200'000), DType::f64) + i);
      kept = a.evaluate(x * 2.0);
    }
    const Array other = b.evaluate(cast(arange(200'000), DType::f64) * 0.0 - 1.0);
    CHECK(item<double>(max(other)) == -1.0);
    CHECK(item<double>(max(kept)) == 2.0 * (199'999 + i));
  }
}

TEST_CASE("transfers of a stream are queued, and an event says when they are done") {
  const Device device = test::device();
  const Stream stream = device.make_stream();
  const std::vector<double> values = counting(70'001);
  const Array x = device.empty({70'001}, DType::f64);
  {
    std::vector<double> source = values;
    stream.write(x, std::span<const double>(source));
    std::fill(source.begin(), source.end(), -1.0);  // allowed: the values have been taken
  }
  stream.assign(x, x + 1.0);
  std::vector<double> back(values.size(), -7.0);
  const Event done = stream.read(x, std::span<double>(back));
  done.wait();
  CHECK(done.is_done());
  CHECK(back.front() == 1.0);
  CHECK(back.back() == 70'001.0);
}

TEST_CASE("events measure time on the device, and order streams") {
  const Device device = test::device();
  const Stream a = device.make_stream();
  const Stream b = device.make_stream();
  const Array x = device.array(counting(300'000));
  const Event start = a.record();
  const Array y = a.evaluate(sqrt(x) / 3.0);
  const Event end = a.record();
  b.wait_for(end);
  b.record().wait();
  CHECK(end.is_done());
  CHECK(end.seconds_since(start) > 0.0);
  CHECK(start.seconds_since(end) < 0.0);
}

TEST_CASE("a stream refuses what does not fit, and goes on") {
  const Device device = test::device();
  const Device other = Engine().open(device.name() == "cpu:3" ? "cpu:4" : "cpu:3");
  const Stream stream = device.make_stream();
  const Array x = device.zeros({4, 4}, DType::f32);
  std::vector<float> host(16);
  std::vector<double> doubles(16);
  const auto code = [](const auto& f) {
    try {
      f();
    } catch (const Error& error) {
      return std::string(to_string(error.code()));
    }
    return std::string("nothing");
  };
  CHECK(code([&] { stream.read(x, std::span<double>(doubles)); }) == "bad_type");
  CHECK(code([&] { stream.read(x, std::span<float>(host).first(15)); }) == "bad_shape");
  CHECK(code([&] { stream.read(x.transpose(), std::span<float>(host)); }) == "bad_argument");
  CHECK(code([&] { stream.read(Array(), std::span<float>(host)); }) == "bad_argument");
  CHECK(code([&] { stream.read(other.zeros({16}, DType::f32), std::span<float>(host)); }) == "wrong_device");
  CHECK(code([&] { stream.wait_for(other.record()); }) == "wrong_device");
  CHECK(code([&] { stream.evaluate(other.zeros({16}, DType::f32) + 1); }) == "wrong_device");
  stream.read(x, std::span<float>(host)).wait();
  CHECK(host == std::vector<float>(16, 0.0f));
}

TEST_CASE("a stream that goes away has done its work, and the device closes after its last stream") {
  Array x;
  {
    const Stream stream = test::device().make_stream();
    x = stream.evaluate(cast(arange(1'000'000), DType::f64));
  }
  CHECK(item<double>(sum(x)) == 499'999'500'000.0);
}
