// Host memory that a device copies from and to directly.

#include <numeric>

#include "view_model.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

template <Element T>
PinnedArray<T> host_copy(const Device& device, const std::vector<T>& values) {
  const PinnedArray<T> host = device.pinned_array<T>(values.size());
  std::copy(values.begin(), values.end(), host.values().begin());
  return host;
}

template <Element T>
bool holds(const PinnedArray<T>& host, const std::vector<T>& expected) {
  return std::equal(host.values().begin(), host.values().end(), expected.begin(), expected.end(),
                    [](T a, T b) { return to_bits(a) == to_bits(b); });
}

std::vector<std::int32_t> counting(std::size_t n, std::int32_t first = 0) {
  std::vector<std::int32_t> values(n);
  std::iota(values.begin(), values.end(), first);
  return values;
}

}  // namespace

TEST_CASE_FIXTURE(MovesBytes, "every type and size goes through a pinned array bit for bit") {
  for (const DType type : all_dtypes()) {
    if (type == DType::boolean) continue;
    visit(type, [&]<Element T>() {
      if constexpr (!std::same_as<T, bool>) {
        for (const std::size_t n : {0, 1, 33, 1025, 70'001}) {
          CAPTURE(to_string(type));
          CAPTURE(n);
          const std::vector<T> values = awkward_values<T>(n, 5 + n);
          const Array array = device.empty({n}, type);
          array.from_host(host_copy(device, values));
          const PinnedArray<T> back = device.pinned_array<T>(n);
          array.to_host(back);
          CHECK(holds(back, values));
          CHECK(back.size() == n);
          CHECK(reinterpret_cast<std::uintptr_t>(back.values().data()) % 64 == 0);
        }
      }
    });
  }
}

TEST_CASE_FIXTURE(MovesBytes, "a pinned array fills views of an array, and is filled from them") {
  const Array square = device.array(counting(12)).reshape({3, 4});
  const PinnedArray<std::int32_t> host = host_copy(device, counting(6, 100));
  square.slice({Slice{0, Slice::kOpen, 2}, Slice{1, Slice::kOpen}}).from_host(host);
  CHECK(square.to_host<std::int32_t>() == std::vector<std::int32_t>{0, 100, 101, 102, 4, 5, 6, 7, 8, 103, 104, 105});
  const PinnedArray<std::int32_t> turned = device.pinned_array<std::int32_t>(12);
  square.transpose().to_host(turned);
  CHECK(holds(turned, square.transpose().to_host<std::int32_t>()));
}

TEST_CASE_FIXTURE(MovesBytes, "the elements of a pinned array are given out once copies of them are done") {
  const std::size_t n = scaled(1'000'000);
  const PinnedArray<std::int32_t> host = device.pinned_array<std::int32_t>(n);
  std::vector<Array> arrays;
  for (int i = 0; i < 8; ++i) {
    std::iota(host.values().begin(), host.values().end(), i);
    arrays.push_back(device.empty({n}, DType::i32));
    arrays.back().from_host(host);
  }
  for (int i = 0; i < 8; ++i) CHECK(arrays[static_cast<std::size_t>(i)].to_host<std::int32_t>() == counting(n, i));
}

TEST_CASE_FIXTURE(MovesBytes, "a pinned array that goes away while it is copied is read and filled to its end") {
  const std::size_t n = scaled(3'000'000);
  const Stream stream = device.make_stream();
  for (int i = 0; i < 4; ++i) {
    const Array x = device.empty({n}, DType::i32), y = device.empty({n}, DType::i32);
    x.from_host(host_copy(device, counting(n, i)));
    stream.write(y, host_copy(device, counting(n, -i)));
    stream.read(y, device.pinned_array<std::int32_t>(n));
    // Memory of the same size, taken at once and spoiled.
    std::vector<std::int32_t> other(n, -1);
    CHECK(x.to_host<std::int32_t>() == counting(n, i));
    CHECK(y.to_host<std::int32_t>() == counting(n, -i));
    CHECK(std::count(other.begin(), other.end(), -1) == static_cast<std::ptrdiff_t>(n));
  }
}

TEST_CASE_FIXTURE(MovesBytes, "streams that use one pinned array take turns") {
  const std::size_t n = scaled(2'000'000);
  const Stream a = device.make_stream(), b = device.make_stream();
  const PinnedArray<std::int32_t> host = device.pinned_array<std::int32_t>(n);
  const Array y = device.empty({n}, DType::i32);
  for (int i = 0; i < 5; ++i) {
    const Array x = device.array(counting(n, i));
    a.read(x, host);
    const Event done = b.write(y, host);
    done.wait();
    CHECK(done.is_done());
    CHECK(y.to_host<std::int32_t>() == counting(n, i));
  }
}

TEST_CASE_FIXTURE(MovesBytes, "copies of pinned arrays count in profiles and counters as others do") {
  const PinnedArray<float> host = host_copy(device, std::vector<float>(1000, 2.5f));
  const std::vector<float> ordinary(1000, 2.5f);
  const Array x = device.empty({1000}, DType::f32);
  const auto seen = [&](const auto& from, auto to) {
    const Counters before = device.counters();
    const Profile profile(device);
    x.from_host(from);
    x.to_host(to);
    std::vector<std::string> all;
    for (const Activity& a : profile.activities())
      all.push_back(std::string(to_string(a.work)) + " " + a.name + " " + std::to_string(a.bytes));
    all.push_back(std::to_string(device.counters().bytes_to_device - before.bytes_to_device));
    all.push_back(std::to_string(device.counters().bytes_to_host - before.bytes_to_host));
    return all;
  };
  std::vector<float> back(1000);
  const std::vector<std::string> direct = seen(host, host);
  CHECK(direct == seen(std::span(ordinary), std::span(back)));
  CHECK(direct == std::vector<std::string>{"upload to device 4000", "download to host 4000", "4000", "4000"});
}

TEST_CASE_FIXTURE(MovesBytes, "a pinned array that does not fit is refused, and too large a one is a lack of memory") {
  const Device other = Engine().open(device.name() == "cpu:3" ? "cpu:4" : "cpu:3");
  const Array x = device.array({1.0f, 2.0f});
  const PinnedArray<float> two = device.pinned_array<float>(2), three = device.pinned_array<float>(3);
  const PinnedArray<double> doubles = device.pinned_array<double>(2);
  const PinnedArray<float> foreign = other.pinned_array<float>(2);
  const Stream stream = device.make_stream();
  CHECK(failure(Code::bad_shape, "2 elements", [&] { x.from_host(three); }) == "");
  CHECK(failure(Code::bad_shape, "2 elements", [&] { stream.read(x, three); }) == "");
  CHECK(failure(Code::bad_type, "f32, not f64", [&] { x.to_host(doubles); }) == "");
  CHECK(failure(Code::bad_type, "f32, not f64", [&] { stream.write(x, doubles); }) == "");
  CHECK(failure(Code::wrong_device, other.name(), [&] { x.to_host(foreign); }) == "");
  CHECK(failure(Code::wrong_device, other.name(), [&] { stream.write(x, foreign); }) == "");
  CHECK(failure(Code::bad_argument, "no array", [&] { Array().from_host(two); }) == "");
  const std::string enough = std::to_string(std::uint64_t{1} << 46);
  CHECK(failure(Code::out_of_memory, enough, [&] { device.pinned_array<double>(std::uint64_t{1} << 43); }) == "");
  CHECK(failure(Code::out_of_memory, "64 bits", [&] { device.pinned_array<double>(std::uint64_t{1} << 62); }) == "");
  x.to_host(two);  // the device is well
  CHECK(holds(two, {1, 2}));
}

TEST_CASE_FIXTURE(MovesBytes, "a pinned array keeps its device open, and its copies share the elements") {
  PinnedArray<std::int32_t> kept;
  CHECK(kept.values().empty());
  {
    const Device again = Engine().open(device_name());
    kept = host_copy(again, counting(100));
    again.array(counting(100, 7)).to_host(kept);
  }
  const PinnedArray<std::int32_t> same = kept;
  kept = {};
  CHECK(holds(same, counting(100, 7)));
  device.array(counting(3)).to_host(device.pinned_array<std::int32_t>(3));
}
