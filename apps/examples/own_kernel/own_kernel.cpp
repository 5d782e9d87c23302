// A kernel of one's own: damped springs, x'' = -k x - c x', with many steps in each launch.
#include <cmath>
#include <cstdio>
#include <lockstep/lockstep.hpp>
#include <vector>

using namespace lockstep;

// The source for the CPU. Several threads call it, each with its own range of elements.
// Per step: v = v + h*(-k*x - c*v); x = x + h*v (semi-implicit Euler).
static void spring_cpu(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end) {
  double* x = arguments.array<double>(0);
  double* v = arguments.array<double>(1);
  const auto k = arguments.scalar<double>(2), c = arguments.scalar<double>(3), h = arguments.scalar<double>(4);
  const auto steps = arguments.scalar<std::int64_t>(5);
  for (std::uint64_t i = begin; i < end; ++i) {
    double position = x[i], velocity = v[i];
    for (std::int64_t s = 0; s < steps; ++s) {
      velocity = velocity + h * (-k * position - c * velocity);
      position = position + h * velocity;
    }
    x[i] = position;
    v[i] = velocity;
  }
}

// About 5 ns for each step of an element: few elements are worth a thread of their own.
static double spring_nanoseconds(const CpuArguments& arguments) {
  return 5 * static_cast<double>(arguments.scalar<std::int64_t>(5));
}

// The source for OpenCL: a work-item has one element, and the last work-group is padded. The same operations in the
// same order, so the bits are the same; the engine compiles it without contraction.
static constexpr char kSpringCl[] = R"(
__kernel void spring(__global double* x, __global double* v, const double k, const double c, const double h,
                     const long steps, const ulong n) {
  const ulong i = get_global_id(0);
  if (i >= n) return;
  double position = x[i], velocity = v[i];
  for (long s = 0; s < steps; ++s) {
    velocity = velocity + h * (-k * position - c * velocity);
    position = position + h * velocity;
  }
  x[i] = position;
  v[i] = velocity;
}
)";

// The signature. A source for CUDA would go into `cuda`.
static NativeKernel spring_kernel() {
  NativeKernel kernel;
  kernel.name = "spring";
  kernel.parameters = {{"x", DType::f64, Access::read_write}, {"v", DType::f64, Access::read_write},
                       {"k", DType::f64, Access::scalar},     {"c", DType::f64, Access::scalar},
                       {"h", DType::f64, Access::scalar},     {"steps", DType::i64, Access::scalar}};
  kernel.cpu = spring_cpu;
  kernel.cpu_grain = 64;
  kernel.cpu_nanoseconds = spring_nanoseconds;
  kernel.opencl = {kSpringCl, "spring", {}};
  return kernel;
}

// The exact solution for x(0) = start, x'(0) = 0.
static double exact(double start, double k, double c, double t) {
  const double w = std::sqrt(k - c * c / 4);
  return start * std::exp(-c * t / 2) * (std::cos(w * t) + c / (2 * w) * std::sin(w * t));
}

int main(int argc, char** argv) try {
  const Device device = Engine().open(argc > 1 ? argv[1] : "cpu");
  const double k = 4, c = 0.3, h = 1e-4;
  const std::int64_t steps = 1000;  // per launch
  const std::uint64_t n = 100'000;

  const Array start = device.evaluate(cast(arange(n), DType::f64) / n);
  const Array x = start.copy();
  const Array v = device.zeros({n}, DType::f64);
  const Kernel spring = device.build(spring_kernel());

  std::printf("%s\n%6s %14s %14s %12s\n", device.name().c_str(), "time", "energy", "x of the last", "exact");
  double error = 0;
  for (int launch = 1; launch <= 5; ++launch) {
    device.launch(spring, {x, v, k, c, h, steps}, n);
    // Own kernels and expressions share arrays: this is one fused pass after each launch.
    const auto energy = item<double>(sum(0.5 * (v * v) + (0.5 * k) * (x * x)));
    const double t = static_cast<double>(launch * steps) * h;
    const double last = x.at(-1).item<double>(), expected = exact(start.at(-1).item<double>(), k, c, t);
    error = std::max(error, std::abs(last - expected));
    std::printf("%6.2f %14.6f %14.8f %12.8f\n", t, energy, last, expected);
  }
  // All digits of it: they are the same on every device and for every number of threads.
  std::printf("sum of all positions %.17g\n", item<double>(sum(x)));
  std::printf("greatest error %.1e; a method of first order with h = %.0e\n", error, h);
  return error < 1e-3 ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
