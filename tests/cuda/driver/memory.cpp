#include "driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

}  // namespace

TEST_CASE_FIXTURE(OnFakeCuda, "memory that the device lacks is found in the cache, and asked for once more") {
  fake::machine().memory = 64 * kMiB;
  const Device device = open();
  { const Array cached = device.empty({40 * kMiB}, DType::u8); }
  CHECK(device.memory().cached == 40 * kMiB);
  fake::fail("cudaMalloc", cudaErrorMemoryAllocation);  // as if another process had the rest
  const Array x = device.empty({20 * kMiB}, DType::u8);
  CHECK(device.memory().cached == 0);
  CHECK(fake::calls("cudaFree") == 1);
  CHECK(fake::allocated() == 20 * kMiB);
}

TEST_CASE_FIXTURE(OnFakeCuda, "memory that is not there is an error with the bytes, and leaves the device well") {
  fake::machine().memory = 64 * kMiB;
  const Device device = open();
  const Array x = device.full({16 * kMiB}, 3, DType::u8);
  fake::fail("cudaMalloc", cudaErrorMemoryAllocation, 1);
  try {
    device.empty({32 * kMiB}, DType::u8);
    FAIL("there was memory");
  } catch (const Error& error) {
    CHECK(error.code() == Code::out_of_memory);
    for (const char* part : {"33554432 bytes requested", "50331648 free", "67108864 in total"})
      CHECK(std::string(error.what()).find(part) != std::string::npos);
    CHECK(error.details().find("cudaErrorMemoryAllocation") != std::string::npos);
  }
  CHECK(failure(Code::out_of_memory, "requested", [&] { device.empty({60 * kMiB}, DType::u8); }) == "");
  CHECK(item<bool>(all(x == 3)));
}

TEST_CASE_FIXTURE(OnFakeCuda, "all memory is given back when a device closes") {
  {
    const Device device = open();
    const Array x = device.full({1000}, 1, DType::f32);
    CHECK(item<float>(sum(x)) == 1000);
    CHECK(fake::allocated() > 0);
  }
  CHECK(fake::allocated() == 0);
}

TEST_CASE_FIXTURE(OnFakeCuda, "more than the staging memory holds is written and read, by way of waiting") {
  const Device device = open();
  std::vector<std::uint32_t> values(25 * kMiB);  // 100 MiB; 64 are under way at most
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint32_t>(i * 2654435761u);
  const std::vector<std::uint32_t> kept = values;
  const Array x = device.array(values);
  std::fill(values.begin(), values.end(), 0);  // was read when the call returned
  CHECK(x.to_host<std::uint32_t>() == kept);
  CHECK(fake::calls("cudaMallocHost") <= 16);
}

TEST_CASE_FIXTURE(OnFakeCuda, "a read is there when its event is done, and not without it") {
  const Device device = open();
  const Stream stream = device.make_stream();
  const Array x = device.array(std::vector<float>{1, 2, 3});
  std::vector<float> values(3);
  const Event event = stream.read(x, std::span(values));
  int questions = 0;
  while (!event.is_done()) ++questions;
  CHECK(questions > 0);
  CHECK(values == std::vector<float>{1, 2, 3});
  CHECK(stream.record().seconds_since(event) >= 0);
}
