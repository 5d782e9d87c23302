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

TEST_CASE_FIXTURE(OnFakeCuda, "pinned arrays are copied without staging, each in one piece") {
  const Device device = open();
  const PinnedArray<std::uint32_t> host = device.pinned_array<std::uint32_t>(5 * kMiB);  // 20 MiB: five staging slots
  for (std::size_t i = 0; i < host.size(); ++i) host.values()[i] = static_cast<std::uint32_t>(i * 2654435761u);
  const std::vector<std::uint32_t> kept(host.values().begin(), host.values().end());
  const Array x = device.empty({host.size()}, DType::u32);
  const std::uint64_t pinned = fake::calls("cudaMallocHost"), copies = fake::calls("cudaMemcpyAsync");
  x.from_host(host);
  CHECK(fake::calls("cudaMemcpyAsync") == copies + 1);
  const PinnedArray<std::uint32_t> back = device.pinned_array<std::uint32_t>(host.size());
  x.to_host(back);
  CHECK(fake::calls("cudaMemcpyAsync") == copies + 2);
  CHECK(fake::calls("cudaMallocHost") == pinned + 1);
  CHECK(fake::calls("cudaLaunchHostFunc") == 0);
  CHECK(std::equal(kept.begin(), kept.end(), back.values().begin()));
}

TEST_CASE_FIXTURE(OnFakeCuda, "a copy of a pinned array that cannot be waited for is done before it is an error") {
  const Device device = open();
  const PinnedArray<float> host = device.pinned_array<float>(1000);
  std::fill(host.values().begin(), host.values().end(), 3.0f);
  const Array x = device.empty({1000}, DType::f32);
  fake::fail("cudaEventRecord", cudaErrorInvalidValue);
  CHECK(failure(Code::device, "record an event", [&] { x.from_host(host); }) == "");
  std::fill(host.values().begin(), host.values().end(), 4.0f);
  CHECK(x.to_host<float>() == std::vector<float>(1000, 3.0f));
}

TEST_CASE_FIXTURE(OnFakeCuda,
                  "host memory that cannot be pinned is an error with the bytes, and leaves the device well") {
  const Device device = open();
  fake::fail("cudaMallocHost", cudaErrorMemoryAllocation);
  CHECK(failure(Code::out_of_memory, "4096 bytes", [&] { device.pinned_array<float>(1024); }) == "");
  const PinnedArray<float> host = device.pinned_array<float>(1024);
  device.full({1024}, 2, DType::f32).to_host(host);
  CHECK(host.values()[1023] == 2.0f);
}
