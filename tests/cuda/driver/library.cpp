#include "driver.hpp"
#include "lockstep/algorithms.hpp"
#include "lockstep/recording.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

// The kernels of CUB that there is one of in a sort of so few keys, and in every scan.
constexpr const char* kSort = "DeviceRadixSortSingleTileKernel";
constexpr const char* kScan = "DeviceScanKernel";
constexpr const char* kLaunch = "registered kernel";

/// All that a library may do, for one array.
std::vector<Array> results(const Device& device, const Cells& values) {
  const Array x = upload(device, values);
  const SortedByKey by_key = sort_by_key(x, x);
  std::vector<Array> all = {sort(x), argsort(x), by_key.keys, by_key.values};
  for (const std::uint64_t rows : {2, 300}) {
    const Array matrix = upload(device, values, {rows, values.size() / rows});
    for (const int axis : {0, 1}) all.insert(all.end(), {sort(matrix, axis), argsort(matrix, axis)});
  }
  for (const Prefix prefix : {Prefix::inclusive, Prefix::exclusive})
    for (const auto run : {cumsum, cumprod, cummin, cummax}) all.push_back(run(x, 0, prefix));
  return all;
}

std::string fault(const std::vector<Array>& got, const std::vector<Array>& expected) {
  for (std::size_t k = 0; k < expected.size(); ++k)
    if (const std::string found = difference(got[k], expected[k]); !found.empty())
      return "result " + std::to_string(k) + ": " + found;
  return got.size() == expected.size() ? "" : "another number of results";
}

}  // namespace

TEST_CASE_FIXTURE(OnFakeCuda, "sorts and running reductions that CUB does have the CPU's bits, for every type") {
  if (!has_cub()) return;
  const Device device = open(), cpu = Engine().open("cpu:1");
  for (const DType type : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u32, DType::u64, DType::u8}) {
    CAPTURE(to_string(type));
    const Cells values = awkward_cells(type, 1800, 3);
    const std::uint64_t sorts = fake::calls_with(kSort), scans = fake::calls_with(kScan);
    CHECK(fault(results(device, values), results(cpu, values)) == "");
    CHECK(fake::calls_with(kSort) == sorts + (type == DType::u8 ? 0 : 3 + 8 * 2));
    CHECK(fake::calls_with(kScan) ==
          scans + (is_integer(type) ? 8 : 4));  // sums and products of floats have their tree
  }
}

TEST_CASE_FIXTURE(OnFakeCuda, "where the driver does not take CUB's code the engine's own passes have the same bits") {
  if (!has_cub()) return;
  const Cells values = awkward_cells(DType::f32, 1800, 4);
  const std::vector<Array> expected = results(Engine().open("cpu:1"), values);
  fake::fail("cudaFuncGetAttributes", cudaErrorNoKernelImageForDevice, 1000);
  CHECK(fault(results(open(), values), expected) == "");
  CHECK(fake::calls_with(kSort) + fake::calls_with(kScan) == 0);
}

TEST_CASE_FIXTURE(OnFakeCuda, "a recording keeps what CUB does") {
  if (!has_cub()) return;
  const Device device = open();
  const Array x = device.zeros({2000}, DType::i32);
  Array sorted, places, sums;
  const Recording recording(device, [&] {
    sorted = sort(x);
    places = argsort(x.reshape({4, 500}));
    sums = cumsum(sorted);
  });
  CHECK(recording.is_graph());
  for (const std::uint64_t seed : {1, 2}) {
    const Cells values = awkward_cells(DType::i32, 2000, seed);
    device.assign(x, upload(device, values));
    recording.replay();
    const Array same = upload(Engine().open("cpu:1"), values);
    CHECK(difference(sorted, sort(same)) == "");
    CHECK(difference(places, argsort(same.reshape({4, 500}))) == "");
    CHECK(difference(sums, cumsum(sort(same))) == "");
  }
}

TEST_CASE_FIXTURE(OnFakeCuda, "what CUB cannot do is an error that names it, and leaves the device well") {
  if (!has_cub()) return;
  const Device device = open();
  const Array x = upload(device, awkward_cells(DType::f32, 500, 5));
  fake::fail(kLaunch, cudaErrorLaunchOutOfResources);
  CHECK(failure(Code::device, "run sort_f32", [&] { sort(x); }) == "");
  const Array more = upload(device, awkward_cells(DType::f64, 70'000, 6));
  fake::fail("cudaMalloc", cudaErrorMemoryAllocation, 2, 1);  // the result is there, the scratch memory is not
  CHECK(failure(Code::out_of_memory, "requested", [&] { sort(more); }) == "");
  CHECK(difference(sort(x), sort(upload(Engine().open("cpu:1"), cells(x)))) == "");
  fake::fail_kernel(cudaErrorIllegalAddress);
  CHECK(failure(Code::device, "sort_f32", [&] { sort(x).to_host<float>(); }) == "");
}
