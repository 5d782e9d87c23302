// What NVIDIA's own code reaches on the same card in the same run: a kernel that does nothing, a copy on the device,
// and CUB's sum, scan and radix sorts. One line each: name, type, elements, seconds (the median of event timings),
// bytes read and written. Built by run.sh alone.
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_reduce.cuh>
#include <cub/device/device_scan.cuh>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

void check(cudaError_t status) {
  if (status == cudaSuccess) return;
  std::fprintf(stderr, "%s\n", cudaGetErrorString(status));
  std::exit(1);
}

template <class T>
struct Memory {
  explicit Memory(std::size_t n) { check(cudaMalloc(&data, n * sizeof(T))); }
  ~Memory() { cudaFree(data); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  T* data = nullptr;
};

// Nothing is timed on zeros: they may run faster than data.
template <class T>
__global__ void fill(T* x, std::size_t n) {
  for (std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < n;
       i += std::size_t{gridDim.x} * blockDim.x) {
    std::uint64_t h = (i + 1) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
    x[i] = static_cast<T>(h >> 40);
  }
}

__global__ void nothing() {}

/// The median of what one of many calls takes. Batches last long enough for the clock.
template <class F>
double seconds_of(const F& work) {
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin));
  check(cudaEventCreate(&end));
  const auto batch = [&](int times) {
    check(cudaEventRecord(begin));
    for (int i = 0; i < times; ++i) check(work());
    check(cudaEventRecord(end));
    check(cudaEventSynchronize(end));
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin, end));
    return milliseconds * 1e-3 / times;
  };
  batch(3);
  const int times = std::clamp(static_cast<int>(1e-3 / batch(3)), 1, 200);
  std::vector<double> all;
  for (int i = 0; i < 25; ++i) all.push_back(batch(times));
  std::sort(all.begin(), all.end());
  check(cudaEventDestroy(begin));
  check(cudaEventDestroy(end));
  return all[all.size() / 2];
}

void report(const char* name, const char* type, std::size_t n, double seconds, double bytes) {
  std::printf("%s %s %zu %.9g %.9g\n", name, type, n, seconds, bytes);
  std::fflush(stdout);
}

/// A function of CUB: asked for the size of its scratch memory first.
template <class F>
double cub_seconds(const F& function) {
  std::size_t bytes = 0;
  check(function(nullptr, bytes));
  const Memory<char> scratch(bytes);
  return seconds_of([&] { return function(scratch.data, bytes); });
}

template <class T>
void copies_and_sums(const char* type, std::size_t most) {
  const Memory<T> x(most), y(most);
  fill<<<4096, 256>>>(x.data, most);
  check(cudaGetLastError());
  for (std::size_t n = 1 << 10; n <= most; n *= 4) {
    const double size = static_cast<double>(n * sizeof(T));
    report("copy", type, n,
           seconds_of([&] { return cudaMemcpyAsync(y.data, x.data, n * sizeof(T), cudaMemcpyDeviceToDevice); }),
           2 * size);
    report("sum", type, n, cub_seconds([&](void* scratch, std::size_t& bytes) {
             return cub::DeviceReduce::Sum(scratch, bytes, x.data, y.data, n);
           }),
           size);
  }
}

template <class T>
void scans(const char* type, std::size_t n) {
  const Memory<T> x(n), y(n);
  fill<<<4096, 256>>>(x.data, n);
  report("cumsum", type, n, cub_seconds([&](void* scratch, std::size_t& bytes) {
           return cub::DeviceScan::InclusiveSum(scratch, bytes, x.data, y.data, n);
         }),
         2.0 * n * sizeof(T));
}

template <class T>
void sorts(const char* type, std::size_t n) {
  const Memory<T> x(n), y(n);
  const Memory<std::uint32_t> places(n), sorted(n);
  fill<<<4096, 256>>>(x.data, n);
  report("sort", type, n, cub_seconds([&](void* scratch, std::size_t& bytes) {
           return cub::DeviceRadixSort::SortKeys(scratch, bytes, x.data, y.data, n);
         }),
         2.0 * n * sizeof(T));
  report("argsort", type, n, cub_seconds([&](void* scratch, std::size_t& bytes) {
           return cub::DeviceRadixSort::SortPairs(scratch, bytes, x.data, y.data, places.data, sorted.data, n);
         }),
         2.0 * n * (sizeof(T) + 4));
}

}  // namespace

int main() {
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total));
  const std::size_t most = free > (std::size_t{20} << 30) ? std::size_t{1} << 30 : std::size_t{1} << 26;
  report("launch", "-", 0, seconds_of([] {
           nothing<<<1, 32>>>();
           return cudaGetLastError();
         }),
         0);
  copies_and_sums<float>("f32", most);
  copies_and_sums<double>("f64", most / 2);
  for (const std::size_t n : {std::size_t{1} << 18, std::size_t{1} << 22, std::size_t{1} << 26}) {
    scans<float>("f32", n);
    scans<std::uint64_t>("u64", n);
    sorts<std::uint32_t>("u32", n);
    sorts<std::uint64_t>("u64", n);
    sorts<float>("f32", n);
  }
}
