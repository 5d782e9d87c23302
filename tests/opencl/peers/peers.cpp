// Times generated kernels beside hand-written ones in the same process: usage: lockstep_opencl_peers [REPETITIONS
// [LOG2_ELEMENTS]...] Every result is compared before it is timed. A hand-written operation has two forms, an element
// for each work-item and a block of vectors for each; the faster counts. Ratios above 1 mean that the generated kernel
// is faster.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "lockstep/lockstep.hpp"

using namespace lockstep;

namespace {

constexpr const char* kPeers = R"(
#pragma OPENCL FP_CONTRACT OFF
#define ITEM const size_t i = get_global_id(0)
__kernel void copy_item(__global const float* x, __global const float* y, __global float* z) { ITEM; z[i] = x[i]; }
__kernel void triad_item(__global const float* x, __global const float* y, __global float* z) { ITEM; z[i] = x[i] + 3.0f * y[i]; }
__kernel void norm_item(__global const float* x, __global const float* y, __global float* z) { ITEM; z[i] = sqrt(x[i]*x[i] + y[i]*y[i]); }
#define BLOCK(body) for (size_t k = get_global_id(0) * 256; k < get_global_id(0) * 256 + 256; ++k) { body; }
__kernel void copy_block(__global const float* restrict x, __global const float* restrict y, __global float* restrict z) {
  BLOCK(vstore16(vload16(k, x), k, z))
}
__kernel void triad_block(__global const float* restrict x, __global const float* restrict y, __global float* restrict z) {
  BLOCK(vstore16(vload16(k, x) + 3.0f * vload16(k, y), k, z))
}
__kernel void norm_block(__global const float* restrict x, __global const float* restrict y, __global float* restrict z) {
  BLOCK(float16 a = vload16(k, x); float16 b = vload16(k, y); vstore16(sqrt(a*a + b*b), k, z))
}
// Sums: an item for each 64Ki elements at most, four accumulators of 16 lanes; then one item for the partial sums.
#define FOLD(term) \
  const size_t each = n / get_global_size(0), from = get_global_id(0) * each; \
  float16 s[4] = {0, 0, 0, 0}; \
  for (size_t k = from / 16; k < (from + each) / 16; k += 4) for (int a = 0; a < 4; ++a) s[a] += term; \
  const float16 t = (s[0] + s[1]) + (s[2] + s[3]); \
  const float8 u = t.lo + t.hi; const float4 v = u.lo + u.hi; const float2 w = v.lo + v.hi; z[get_global_id(0)] = w.x + w.y;
__kernel void sum_block(__global const float* restrict x, __global const float* restrict y, __global float* restrict z, ulong n) { FOLD(vload16(k + a, x)) }
__kernel void dot_block(__global const float* restrict x, __global const float* restrict y, __global float* restrict z, ulong n) { FOLD(vload16(k + a, x) * vload16(k + a, y)) }
__kernel void last(__global float* z, ulong n) { float s = 0; for (ulong i = 0; i < n; ++i) s += z[i]; z[0] = s; }
)";

using Clock = std::chrono::steady_clock;

double seconds_of(const std::function<void()>& queue, const std::function<void()>& wait, int count) {
  queue();  // what ran before has put other memory into the caches
  wait();
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) queue();
  wait();
  return std::chrono::duration<double>(Clock::now() - start).count() / count;
}

struct Row {
  const char* name;
  std::vector<const char*> peers;
  std::function<Expr(const Expr&, const Expr&)> expression;
  bool folds;
};

/// The OpenCL side: one queue, buffers of the largest size.
struct Peer {
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;
  cl_program program = nullptr;
  cl_mem x = nullptr, y = nullptr, z = nullptr;

  Peer(const std::vector<float>& a, const std::vector<float>& b) {
    cl_platform_id platform;
    cl_device_id device;
    clGetPlatformIDs(1, &platform, nullptr);
    clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr);
    context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, nullptr);
    queue = clCreateCommandQueue(context, device, 0, nullptr);
    const char* text = kPeers;
    program = clCreateProgramWithSource(context, 1, &text, nullptr, nullptr);
    if (clBuildProgram(program, 1, &device, "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt", nullptr, nullptr))
      std::exit(3);
    const auto upload = [&](const std::vector<float>& v) {
      return clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, v.size() * 4,
                            const_cast<float*>(v.data()), nullptr);
    };
    x = upload(a), y = upload(b), z = upload(a);
  }

  std::function<void()> launcher(const std::string& name, std::uint64_t n, bool folds) {
    cl_kernel kernel = clCreateKernel(program, name.c_str(), nullptr), last = clCreateKernel(program, "last", nullptr);
    const bool item = name.find("_item") != std::string::npos;
    const std::size_t local = item ? 256 : 1;
    const std::size_t global = item ? n : folds ? std::clamp<std::size_t>(n / 65536, 2, 64) : n / 4096;
    for (cl_uint i = 0; cl_mem m : {x, y, z}) clSetKernelArg(kernel, i++, sizeof m, &m);
    if (folds) clSetKernelArg(kernel, 3, 8, &n);
    const cl_ulong parts = global;
    clSetKernelArg(last, 0, sizeof z, &z);
    clSetKernelArg(last, 1, 8, &parts);
    return [this, kernel, last, local, global, folds] {
      clEnqueueNDRangeKernel(queue, kernel, 1, nullptr, &global, &local, 0, nullptr, nullptr);
      const std::size_t one = 1;
      if (folds) clEnqueueNDRangeKernel(queue, last, 1, nullptr, &one, &one, 0, nullptr, nullptr);
      clFlush(queue);
    };
  }
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 21;
  std::vector<std::uint64_t> sizes;
  for (int i = 2; i < argc; ++i) sizes.push_back(std::uint64_t{1} << std::clamp(std::atoi(argv[i]), 14, 28));
  if (sizes.empty()) sizes = {1 << 14, 1 << 22, 1 << 26};
  const std::uint64_t largest = *std::max_element(sizes.begin(), sizes.end());
  std::vector<float> a(largest), b(largest);
  for (std::size_t i = 0; i < largest; ++i)
    a[i] = static_cast<float>(i % 1000) * 0.001f, b[i] = static_cast<float>(i % 77) * 0.01f;
  Peer peer(a, b);
  const Device device = Engine().open("opencl:0");
  const Array x = device.array(a), y = device.array(b), z = device.empty(Shape{largest}, DType::f32);
  const Row rows[] = {
      {"copy", {"copy_item", "copy_block"}, [](const Expr& p, const Expr&) { return p; }, false},
      {"triad", {"triad_item", "triad_block"}, [](const Expr& p, const Expr& q) { return p + 3.0f * q; }, false},
      {"norm", {"norm_item", "norm_block"}, [](const Expr& p, const Expr& q) { return sqrt(p * p + q * q); }, false},
      {"sum", {"sum_block"}, [](const Expr& p, const Expr&) { return sum(p); }, true},
      {"dot", {"dot_block"}, [](const Expr& p, const Expr& q) { return sum(p * q); }, true},
  };
  fmt::print("{:6} {:>10} {:>12} {:>12} {:>7}\n", "", "elements", "peer us", "ours us", "ratio");
  for (const std::uint64_t n : sizes) {
    const auto part = [&](const Array& whole) { return whole.slice({{0, static_cast<std::int64_t>(n)}}); };
    for (const Row& row : rows) {
      const Expr value = row.expression(part(x), part(y));
      const Array target = part(z);
      const auto ours = [&] { row.folds ? (void)evaluate(value) : assign(target, value); };
      std::vector<std::function<void()>> peers;
      for (const char* name : row.peers) peers.push_back(peer.launcher(name, n, row.folds));
      ours();
      const std::vector<float> got = row.folds ? evaluate(value).to_host<float>() : target.to_host<float>();
      for (const auto& launch : peers) {
        launch();
        std::vector<float> expected(got.size());
        clEnqueueReadBuffer(peer.queue, peer.z, CL_TRUE, 0, expected.size() * 4, expected.data(), 0, nullptr, nullptr);
        for (std::size_t i = 0; i < got.size(); ++i)
          if (std::abs(got[i] - expected[i]) > (row.folds ? 1e-3f * std::abs(got[i]) : 0.0f)) {
            fmt::print("{}: element {}: {} and {} by hand\n", row.name, i, got[i], expected[i]);
            return 1;
          }
      }
      const int count = n > 1 << 24 ? 1 : n > 1 << 17 ? 8 : 200;
      std::vector<double> mine;
      std::vector<std::vector<double>> by_hand(peers.size());
      for (int r = 0; r < repetitions; ++r) {
        for (std::size_t p = 0; p < peers.size(); ++p)
          by_hand[p].push_back(seconds_of(
              peers[p], [&] { clFinish(peer.queue); }, count));
        mine.push_back(seconds_of(
            ours, [&] { device.wait(); }, count));
      }
      const auto faster = *std::min_element(by_hand.begin(), by_hand.end(),
                                            [](const auto& p, const auto& q) { return median(p) < median(q); });
      std::vector<double> ratios;
      for (std::size_t r = 0; r < mine.size(); ++r) ratios.push_back(faster[r] / mine[r]);
      fmt::print("{:6} {:>10} {:>12.2f} {:>12.2f} {:>7.3f}\n", row.name, n, median(faster) * 1e6, median(mine) * 1e6,
                 median(ratios));
    }
  }
}
