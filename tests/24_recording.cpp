// Recordings: work that is queued again by one call gives the bits of the same work queued part by part.
#include "lockstep/recording.hpp"

#include <thread>

#include "cells.hpp"
#include "lockstep/algorithms.hpp"
#include "orbit/orbit.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::uint64_t kCount = 5000;

Array ramp(const Device& device, DType type) {
  return device.evaluate(cast(arange(kCount), type) * cast(Expr(0.001), type) - cast(Expr(2), type));
}

/// An oscillator, and the energy of it.
struct Oscillator {
  explicit Oscillator(const Device& on) : device(on), x(ramp(on, DType::f32)), v(on.zeros({kCount}, DType::f32)) {}
  void step() {
    device.assign(v, v - 0.125f * x);
    device.assign(x, x + 0.125f * v);
    energy = device.evaluate(sum(x * x + v * v));
  }

  Device device;
  Array x, v, energy;
};

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "a recording replayed gives the bits of its work done as often") {
  Oscillator direct(device), recorded(device);
  const Recording step(device, [&] { recorded.step(); });
  CHECK(step.size() == 3);
  step.replay(20);
  for (int i = 0; i < 21; ++i) direct.step();
  CHECK(difference(recorded.x, cells(direct.x)) == "");
  CHECK(difference(recorded.v, cells(direct.v)) == "");
  CHECK(difference(recorded.energy, cells(direct.energy)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a recording holds native kernels, and counts as the work that it is") {
  const Kernel orbit = device.build(orbit_kernel(DType::f32));
  const auto start = [&] { return std::vector<Array>{ramp(device, DType::f32), ramp(device, DType::f32)}; };
  const Array w = device.full({kCount}, 1.5, DType::f32), unused = device.empty({kCount}, DType::f32);
  std::vector<Array> a = start(), b = start();
  const auto step = [&](const std::vector<Array>& p) {
    device.launch(orbit, {p[0], p[1], w, unused, unused, 1e-3, std::int64_t{3}}, kCount);
  };
  const Recording recording(device, [&] {
    step(a);
    device.assign(w, w * 1.25f);
  });
  const Counters before = device.counters();
  recording.replay(2);
  CHECK(device.counters().launches == before.launches + 2);
  CHECK(device.counters().passes == before.passes + 2);
  device.assign(w, Expr(1.5f));
  for (int i = 0; i < 3; ++i) {
    step(b);
    device.assign(w, w * 1.25f);
  }
  CHECK(difference(a[0], cells(b[0])) == "");
  CHECK(difference(a[1], cells(b[1])) == "");
}

TEST_CASE_FIXTURE(OnDevice, "what a recording made is made anew by a replay, from what its arrays hold by then") {
  const Array x = ramp(device, DType::f32);
  Array total, mean_of;
  const Recording recording(device, [&] {
    total = cumsum(x);
    mean_of = device.evaluate(mean(x));
  });
  device.assign(x, x * 3.0f);
  recording.replay();
  CHECK(difference(total, cells(cumsum(x))) == "");
  CHECK(difference(mean_of, cells(device.evaluate(mean(x)))) == "");
}

TEST_CASE_FIXTURE(OnDevice, "memory of a recording is nobody else's, also when all arrays of it are gone") {
  const Array result = device.zeros({kCount}, DType::f32);
  const std::uint64_t in_use = device.memory().in_use;
  Array x = ramp(device, DType::f32);
  std::vector<Array> others;
  {
    const Recording recording(device, [&] {
      const Array between = device.evaluate(x * 2.0f);  // freed before the recording ends
      device.assign(result, between + 1.0f);
    });
    const Cells expected = cells(result);
    x = Array();
    for (int i = 0; i < 8; ++i) others.push_back(device.full({kCount}, 7, DType::f32));
    device.assign(result, Expr(0.0f));
    recording.replay();
    CHECK(difference(result, expected) == "");
    for (const Array& other : others) CHECK(item<bool>(all(other == 7.0f)));
  }
  others.clear();
  CHECK(device.memory().in_use == in_use);  // `x` is gone, and all that the recording kept
}

TEST_CASE_FIXTURE(OnDevice, "streams see the work of a replay in order") {
  const Stream stream = device.make_stream();
  const Array x = device.zeros({kCount}, DType::i64), seen = device.zeros({kCount}, DType::i64);
  const Recording recording(device, [&] { device.assign(x, x + 1); });
  for (int i = 0; i < 10; ++i) {
    recording.replay();
    stream.assign(seen, seen + x);
  }
  CHECK(item<std::int64_t>(min(seen)) == 65);  // 2 + ... + 11
  CHECK(item<std::int64_t>(max(seen)) == 65);
}

TEST_CASE_FIXTURE(OnDevice, "a recording refuses transfers and other streams, and the device goes on") {
  const Array x = ramp(device, DType::f32);
  const Stream stream = device.make_stream();
  const auto recording = [&](const std::function<void()>& work) { return [&, work] { Recording(device, work); }; };
  CHECK(failure(Code::bad_argument, "between host and device", recording([&] { x.to_host<float>(); })) == "");
  CHECK(failure(Code::bad_argument, "between host and device", recording([&] { device.array({1.0f}); })) == "");
  CHECK(failure(Code::bad_argument, "another one", recording([&] { stream.evaluate(x + 1.0f); })) == "");
  CHECK(failure(Code::bad_argument, "already", recording([&] { Recording(device, [] {}); })) == "");
  const Recording empty(device, [] {});
  CHECK(empty.size() == 0);
  CHECK(failure(Code::bad_argument, "the replay of another", recording([&] { empty.replay(); })) == "");
  empty.replay(3);
  const Recording good(device, [&] { device.assign(x, Expr(1.0f)); });
  device.assign(x, Expr(2.0f));
  good.replay();
  CHECK(item<bool>(all(x == 1.0f)));
}

TEST_CASE_FIXTURE(OnDevice, "what another thread does meanwhile is not recorded") {
  const Array x = device.zeros({kCount}, DType::i64), y = device.zeros({kCount}, DType::i64);
  const Recording recording(device, [&] {
    std::thread([&] {
      device.assign(y, y + 1);
      CHECK(item<std::int64_t>(max(y)) == 1);
    }).join();
    device.assign(x, x + 1);
  });
  CHECK(recording.size() == 1);
  recording.replay(4);
  CHECK(item<std::int64_t>(min(x)) == 5);
  CHECK(item<std::int64_t>(max(y)) == 1);
}
