#include <cstdint>
#include <vector>

#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

TEST_CASE_FIXTURE(OnDevice, "bytes that wrap keep their sign when they become floats") {
  constexpr int kCount = 65536 + 7;
  std::vector<std::uint8_t> a(kCount), b(kCount);
  std::vector<std::int8_t> c(kCount);
  for (int i = 0; i < kCount; ++i) {
    a[i] = static_cast<std::uint8_t>(i / 256);
    b[i] = static_cast<std::uint8_t>(7 * i);
    c[i] = static_cast<std::int8_t>(i);
  }
  const Array x = device.array(a), y = device.array(b), z = device.array(c);
  const Expr difference = cast(cast(x - y, DType::i8), DType::f32);
  const auto less = device.evaluate(cast(difference < cast(z, DType::f32), DType::u8)).to_host<std::uint8_t>();
  const auto sums = device.evaluate(difference + cast(x - y, DType::f32)).to_host<float>();
  int wrong = 0;
  for (int i = 0; i < kCount; ++i) {
    const auto wrapped = static_cast<std::uint8_t>(a[i] - b[i]);
    const float expected = static_cast<std::int8_t>(wrapped);
    wrong +=
        (less[i] == 1) != (expected < static_cast<float>(c[i])) || sums[i] != expected + static_cast<float>(wrapped);
  }
  CHECK(wrong == 0);
}
