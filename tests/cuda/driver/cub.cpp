// CUB's own device code: library.cu as nvcc compiles it, with its PTX executed, behind the whole backend. It has the
// CPU's bits in each of the algorithms among which CUB chooses by size.
#include <fmt/format.h>

#include <cstdlib>

#include "driver.hpp"
#include "lockstep/algorithms.hpp"
#include "lockstep/recording.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

// The devices that take nvcc's PTX of the oldest architecture and of the newest.
constexpr int kOldest = 0, kNewest = 1;

constexpr DType kSorted[] = {DType::f32, DType::f64, DType::i32, DType::i64, DType::u32, DType::u64};
constexpr DType kScanned[] = {DType::u8, DType::i32, DType::i64, DType::u64, DType::f32, DType::f64};

// A single tile up to a few thousand keys, beyond that several that look back at each other.
constexpr std::size_t kSizes[] = {0, 1, 31, 33, 1023, 1025, 4001, 20'001};

std::string fault(const std::vector<Array>& got, const std::vector<Array>& expected) {
  for (std::size_t k = 0; k < expected.size(); ++k)
    if (const std::string found = difference(got[k], expected[k]); !found.empty())
      return fmt::format("result {}: {}", k, found);
  return got.size() == expected.size() ? "" : "another number of results";
}

std::vector<Array> sorts(const Device& device, const Cells& values) {
  const Array x = upload(device, values);
  const Shape rows = {7, values.size() / 7};
  return {sort(x), argsort(x), argsort(x.slice({{0, static_cast<std::int64_t>(rows[0] * rows[1])}}).reshape(rows), 1)};
}

std::vector<Array> scans(const Device& device, const Cells& values) {
  const Array x = upload(device, values);
  std::vector<Array> all;
  if (is_integer(values.type))  // sums and products of floats have their own tree
    for (const auto run : {cumsum, cumprod}) all.push_back(run(x, 0, Prefix::inclusive));
  for (const auto run : {cummin, cummax}) all.push_back(run(x, 0, Prefix::inclusive));
  all.push_back(cummin(x, 0, Prefix::exclusive));
  return all;
}

/// Runs `f` on CUB's code and on the CPU, in all sizes and for all types.
template <class F>
void compare(std::span<const DType> types, std::span<const std::size_t> sizes, const Device& device, const F& f) {
  const Device cpu = Engine().open("cpu:1");
  for (const std::size_t n : sizes)
    for (const DType type : types) {
      CAPTURE(device.info().name);
      CAPTURE(to_string(type));
      CAPTURE(n);
      const Cells values = awkward_cells(type, n, n);
      CHECK(fault(f(device, values), f(cpu, values)) == "");
    }
}

/// Many elements, unless the test is to be short.
std::vector<std::size_t> many() {
  const char* scale = std::getenv("LOCKSTEP_TEST_SCALE");
  return {scale && std::atof(scale) < 1 ? std::size_t{30'001} : std::size_t{200'003}};
}

}  // namespace

TEST_CASE_FIXTURE(OnFakeCuda, "CUB's own sorts have the CPU's bits: single tiles, and passes that look back") {
  if (!has_cub()) return;
  CHECK(fake::registered_architectures() == std::vector<int>{75, 120});
  for (const int device : {kOldest, kNewest}) compare(kSorted, kSizes, open(device), sorts);
  for (const char* kernel :
       {"DeviceRadixSortSingleTileKernel", "DeviceRadixSortHistogramKernel", "DeviceRadixSortExclusiveSumKernel",
        "DeviceRadixSortOnesweepKernel", "DeviceSelectSweepKernel", "static_kernel"}) {
    CAPTURE(kernel);
    CHECK(fake::calls_with(kernel) > 0);
  }
}

TEST_CASE_FIXTURE(OnFakeCuda, "CUB's own scans have the CPU's bits") {
  if (!has_cub()) return;
  for (const int device : {kOldest, kNewest}) compare(kScanned, kSizes, open(device), scans);
  for (const char* kernel : {"DeviceScanInitKernel", "DeviceScanKernel"}) CHECK(fake::calls_with(kernel) > 0);
}

TEST_CASE_FIXTURE(OnFakeCuda, "CUB's own sorts and scans of many elements have the CPU's bits") {
  if (!has_cub()) return;
  compare(std::array{DType::f32, DType::u64}, many(), open(kOldest), sorts);
  compare(std::array{DType::u8, DType::i64}, many(), open(kOldest), scans);
  compare(std::array{DType::f64}, many(), open(kNewest), sorts);
  compare(std::array{DType::u64}, many(), open(kNewest), scans);
}

TEST_CASE_FIXTURE(OnFakeCuda, "how many blocks are under way at once changes nothing in CUB") {
  if (!has_cub()) return;
  for (const unsigned blocks : {1, 2, 8}) {
    CAPTURE(blocks);
    fake::machine().resident_blocks = blocks;
    const Device device = open(blocks == 2 ? kNewest : kOldest);
    compare(std::array{DType::f64, DType::i32}, std::array{std::size_t{25'013}}, device, sorts);
    compare(std::array{DType::i32}, std::array{std::size_t{25'013}}, device, scans);
  }
}

TEST_CASE_FIXTURE(OnFakeCuda, "a recording keeps CUB's kernels") {
  if (!has_cub()) return;
  const Device device = open();
  const Array x = device.zeros({6000}, DType::f32);
  Array sorted, least;
  const Recording recording(device, [&] {
    sorted = sort(x);
    least = cummin(sorted);
  });
  CHECK(recording.is_graph());
  for (const std::uint64_t seed : {1, 2}) {
    const Cells values = awkward_cells(DType::f32, 6000, seed);
    device.assign(x, upload(device, values));
    recording.replay();
    const Array same = upload(Engine().open("cpu:1"), values);
    CHECK(difference(sorted, sort(same)) == "");
    CHECK(difference(least, cummin(sort(same))) == "");
  }
}
