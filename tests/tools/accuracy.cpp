// Measures the mathematical functions: f32 functions of one number at all floats, the others at random numbers and
// edges, against the C library in double and MPFR; and their time against the C library's. Prints the table of
// docs/accuracy.md.
//
//   accuracy [--step N] [--random N] [--device NAME] [FUNCTION]...
//   --step: every N-th float instead of all; --random: how many random inputs where not all are possible.

#include <chrono>
#include <cstdio>
#include <thread>

// The support of the tests includes doctest, which must be somewhere.
#define DOCTEST_CONFIG_IMPLEMENT
#include "function_bounds.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

struct Options {
  std::uint64_t step = 1;
  std::size_t random = 2000000;
  std::string device = "cpu";
  std::vector<std::string> functions;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--step" && more)
      options.step = std::max<std::uint64_t>(1, std::strtoull(argv[++i], nullptr, 10));
    else if (word == "--random" && more)
      options.random = std::strtoull(argv[++i], nullptr, 10);
    else if (word == "--device" && more)
      options.device = argv[++i];
    else
      options.functions.push_back(word);
  }
  return options;
}

/// The worst of `n` cases, each judged by `see(worst, i)` of a thread's own meter.
template <class T, class Make>
Worst<T> worst_of(std::size_t n, Make make) {
  const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<Worst<T>> found(threads);
  std::vector<std::thread> pool;
  for (std::size_t t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      auto see = make();
      for (std::size_t i = n * t / threads; i < n * (t + 1) / threads; ++i) see(found[t], i);
    });
  for (std::thread& thread : pool) thread.join();
  Worst<T> worst;
  for (const Worst<T>& w : found) worst.see(w.ulps, w.x, w.y, w.got);
  return worst;
}

template <class T>
Worst<T> measure_inputs(const Device& device, const FunctionInfo& row, const Inputs<T>& in) {
  const std::vector<T> got = on_device(device, row, in);
  return worst_of<T>(got.size(), [&] {
    return [&, meter = std::make_unique<UlpMeter<T>>(row.function)](Worst<T>& worst, std::size_t i) {
      worst.see((*meter)(in.x[i], in.y[i], got[i]), in.x[i], in.y[i], got[i]);
    };
  });
}

template <class T>
Worst<T> measure_random(const Device& device, const FunctionInfo& row, std::size_t n) {
  Worst<T> worst = measure_inputs<T>(device, row, InputMaker<T>::edges(row.function));
  constexpr std::size_t kChunk = 1 << 20;
  for (std::size_t done = 0; done < n; done += kChunk) {
    const Worst<T> w =
        measure_inputs<T>(device, row, InputMaker<T>(row.function, 1000 + done).random(std::min(kChunk, n - done)));
    worst.see(w.ulps, w.x, w.y, w.got);
  }
  return worst;
}

/// Over all floats, or every step-th; the worst is judged again by MPFR.
Worst<float> measure_all(const Device& device, const FunctionInfo& row, std::uint64_t step) {
  const auto exact = library_function<double>(row.function);
  Worst<float> worst;
  constexpr std::uint64_t kAll = std::uint64_t{1} << 32, kChunk = 1 << 22;
  for (std::uint64_t start = 0; start < kAll; start += kChunk * step) {
    std::vector<float> x;
    for (std::uint64_t bits = start; bits < std::min(kAll, start + kChunk * step); bits += step)
      x.push_back(from_bits<float>(bits));
    const Expr operand[] = {device.array(x)};
    const std::vector<float> got = evaluate(call(row.function, operand)).to_host<float>();
    const Worst<float> w = worst_of<float>(x.size(), [&] {
      return [&](Worst<float>& found, std::size_t i) {
        found.see(float_ulps(got[i], exact(static_cast<double>(x[i]))), x[i], 0, got[i]);
      };
    });
    worst.see(w.ulps, w.x, w.y, w.got);
  }
  worst.ulps = UlpMeter<float>(row.function)(worst.x, 0, worst.got);
  return worst;
}

/// Operations of the program but for loads and constants.
template <class T>
int operations(const Device& device, const FunctionInfo& row) {
  const Expr x = device.zeros({2}, dtype_of<T>), y = device.zeros({2}, dtype_of<T>);
  const Expr operands[] = {x, y};
  const Expr value = call(row.function, std::span(operands).first(static_cast<std::size_t>(row.arity)));
  std::istringstream lines(device.show_program(std::span(&value, 1)));
  const auto is_operation = [](std::string_view name) {
    for (int op = 0; op < kOpCount; ++op)
      if (info(static_cast<Op>(op)).arity > 0 && info(static_cast<Op>(op)).name == name) return true;
    return false;
  };
  int n = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string place, type, equals, name;
    words >> place >> type >> equals >> name;
    n += equals == "=" && is_operation(name);
  }
  return n;
}

/// Nanoseconds per element, in cache.
template <class T>
double time_per_element(const Device& device, const FunctionInfo& row) {
  std::vector<T> x(1 << 15);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i) / static_cast<T>(x.size());
  const Array a = device.array(x), b = device.array(x), out = device.empty({x.size()}, dtype_of<T>);
  const Expr operands[] = {a, b};
  const Expr value = call(row.function, std::span(operands).first(static_cast<std::size_t>(row.arity)));
  double best = 1e9;
  for (int i = 0; i < 30; ++i) {
    const auto start = std::chrono::steady_clock::now();
    device.assign(out, value);
    device.wait();
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count() / static_cast<double>(x.size()));
  }
  return best;
}

/// The same of the C library, one thread, one element at a time.
template <class T>
double library_time(const FunctionInfo& row) {
  const auto function = library_function<T>(row.function);
  if (!function) return 0;
  std::vector<T> x(1 << 15), out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i) / static_cast<T>(x.size());
  double best = 1e9;
  for (int i = 0; i < 10; ++i) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t k = 0; k < x.size(); ++k) out[k] = function(x[k]);
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count() / static_cast<double>(x.size()));
  }
  return out[7] >= 0 || out[7] < 0 ? best : 0;
}

template <class T>
void print_row(const Device& device, const FunctionInfo& row, const Worst<T>& worst) {
  std::printf("| %s | %s | %d | %.3f | %a%s%s | %.2f | %.2f |\n", std::string(row.name).c_str(),
              std::string(to_string(dtype_of<T>)).c_str(), operations<T>(device, row), worst.ulps,
              static_cast<double>(worst.x), row.arity == 2 ? ", " : "",
              row.arity == 2 ? (std::ostringstream() << std::hexfloat << worst.y).str().c_str() : "",
              time_per_element<T>(device, row), library_time<T>(row));
  std::fflush(stdout);
}

/// Prints the row; false if the error is above the bound.
template <class T>
bool report(const Device& device, const FunctionInfo& row, const Worst<T>& worst) {
  print_row(device, row, worst);
  if (worst.ulps <= bound_of<T>(row.function)) return true;
  std::fprintf(stderr, "%s of %s is off by %s\n", std::string(row.name).c_str(),
               std::string(to_string(dtype_of<T>)).c_str(), worst.text().c_str());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  const Device device = Engine().open(options.device);
  bool good = true;
  std::printf(
      "| function | type | operations | worst error (ulp) | at | ns per element | C library |\n"
      "|---|---|---|---|---|---|---|\n");
  for (const FunctionInfo& row : mathematical_functions()) {
    if (!options.functions.empty() && std::ranges::find(options.functions, row.name) == options.functions.end())
      continue;
    const Worst<float> worst =
        row.arity == 1 ? measure_all(device, row, options.step) : measure_random<float>(device, row, options.random);
    good = report(device, row, worst) && good;
    if (device.info().has_f64) good = report(device, row, measure_random<double>(device, row, options.random)) && good;
  }
  return good ? 0 : 1;
}
