// Measures the mathematical functions: f32 functions of one number at all floats, the others at random numbers and
// edges, by the C library in the next wider type (most of all floats by Lockstep's own f64 function, which is measured
// too) and, where it comes near the worst, MPFR. Prints the table of
// docs/accuracy.md.
//
//   accuracy [--step N] [--random N] [--device NAME] [FUNCTION]...
//   --step: every N-th float instead of all; --random: how many random inputs where not all are possible, 0 for none.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

// The support of the tests includes doctest, which must be somewhere.
#define DOCTEST_CONFIG_IMPLEMENT
#include "function_bounds.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

struct Options {
  std::uint64_t step = 1;
  std::uint64_t random = 2000000;
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

/// The worst over `chunks` pieces of work, each of which `work(finder, chunk)` shows to a finder of the thread's own,
/// if it is worse than `worst`.
template <class T, class Work>
Worst<T> worst_of(Function function, std::uint64_t chunks, const Work& work, Worst<T> worst = {}) {
  std::atomic<std::uint64_t> next = 0;
  std::mutex mutex;
  const auto run = [&, known = worst] {
    WorstFinder<T> finder(function);
    finder.start_from(known);
    for (std::uint64_t chunk; (chunk = next++) < chunks;) {
      work(finder, chunk);
      const std::lock_guard lock(mutex);
      worst.see(finder.worst().ulps, finder.worst().x, finder.worst().y, finder.worst().got);
      finder.start_from(worst);
    }
  };
  std::vector<std::thread> pool(std::max(1u, std::thread::hardware_concurrency()));
  for (std::thread& thread : pool) thread = std::thread(run);
  for (std::thread& thread : pool) thread.join();
  return worst;
}

template <class T>
Worst<T> measure_random(const Device& device, const FunctionInfo& row, std::uint64_t n) {
  constexpr std::uint64_t kChunk = 1 << 18;
  const std::uint64_t chunks = (n + kChunk - 1) / kChunk;
  return worst_of<T>(row.function, chunks + 1, [&](WorstFinder<T>& finder, std::uint64_t chunk) {
    const Inputs<T> in =
        chunk == chunks ? InputMaker<T>::edges(row.function) : InputMaker<T>(row.function, 1000 + chunk).random(kChunk);
    const std::vector<T> got = on_device(device, row, in);
    for (std::size_t i = 0; i < got.size(); ++i) finder.see(in.x[i], in.y[i], got[i]);
  });
}

enum class Symmetry { none, even, odd };
Symmetry symmetry(Function function) {
  using enum Function;
  for (const Function f : {sin, tan, asin, atan, sinh, tanh, asinh, atanh, cbrt, erf})
    if (f == function) return Symmetry::odd;
  return function == cos || function == cosh ? Symmetry::even : Symmetry::none;
}

/// The function of many floats, and of the same numbers in f64.
struct Values {
  std::vector<float> f32;
  std::vector<double> f64;
};
Values values_of(const Device& device, const FunctionInfo& row, const std::vector<float>& x, bool in_f64) {
  const Array array = device.array(x);
  const Expr operand[] = {array}, wide[] = {cast(array, DType::f64)};
  std::vector<Expr> values{call(row.function, operand)};
  if (in_f64) values.push_back(call(row.function, wide));
  const std::vector<Array> results = device.evaluate(values);
  return {results[0].to_host<float>(), in_f64 ? results[1].to_host<double>() : std::vector<double>()};
}

/// Over all floats, or every step-th. Of odd and even functions the positive half is judged; the other one must have
/// the mirrored bits. If it is all floats, the library judges every 61st, and the same function in f64 the others.
/// `known`: the worst of a sample. Without it MPFR is asked about every float of the ranges where all are nearly exact.
Worst<float> measure_all(const Device& device, const FunctionInfo& row, std::uint64_t step, const Worst<float>& known) {
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 31, kChunk = 1 << 14, kByLibrary = 61;
  const Symmetry mirrored = symmetry(row.function);
  const bool by_f64 = step == 1 && device.info().has_f64;
  const auto judge = [&](WorstFinder<float>& finder, const std::vector<float>& x, const Values& values, std::size_t i) {
    if (by_f64 && i % kByLibrary != 0)
      finder.see(x[i], 0, values.f32[i], values.f64[i]);
    else
      finder.see(x[i], 0, values.f32[i]);
  };
  const auto work = [&](WorstFinder<float>& finder, std::uint64_t chunk) {
    std::vector<float> x;
    for (std::uint64_t bits = chunk * kChunk * step; bits < std::min(kHalf, (chunk + 1) * kChunk * step); bits += step)
      x.push_back(from_bits<float>(bits));
    if (x.empty()) return;
    const Values right = values_of(device, row, x, by_f64);
    for (std::size_t i = 0; i < x.size(); ++i) judge(finder, x, right, i);
    for (float& v : x) v = -v;
    const Values left = values_of(device, row, x, by_f64 && mirrored == Symmetry::none);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float expected = mirrored == Symmetry::odd ? -right.f32[i] : right.f32[i];
      if (mirrored == Symmetry::none)
        judge(finder, x, left, i);
      else if (!same_bits(left.f32[i], expected))
        finder.see(x[i], 0, left.f32[i]);
    }
  };
  return worst_of<float>(row.function, kHalf / step / kChunk + 1, work, known);
}

/// The same, after samples of them.
Worst<float> measure_all(const Device& device, const FunctionInfo& row, std::uint64_t step) {
  Worst<float> worst;
  for (const std::uint64_t coarser : {65537, 1021, 1}) worst = measure_all(device, row, step * coarser, worst);
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

/// Measures, and prints the row; false if the error is above the bound.
template <class T, class Measure>
bool report(const Device& device, const FunctionInfo& row, const Measure& measure) {
  const auto start = std::chrono::steady_clock::now();
  const Worst<T> worst = measure();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const std::string name(row.name), type(to_string(dtype_of<T>));
  std::ostringstream at;
  at << std::hexfloat << worst.x;
  if (row.arity == 2) at << ", " << worst.y;
  std::printf("| %s | %s | %d | %d | %.3f | %.4f | %s |\n", name.c_str(), type.c_str(),
              bits_version(row.function, dtype_of<T>), operations<T>(device, row), bound_of<T>(row.function),
              worst.ulps, at.str().c_str());
  std::fflush(stdout);
  std::fprintf(stderr, "%s of %s: %.1f s\n", name.c_str(), type.c_str(), time.count());
  if (worst.ulps <= bound_of<T>(row.function)) return true;
  std::fprintf(stderr, "%s of %s is off by %s\n", name.c_str(), type.c_str(), worst.text().c_str());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  const Device device = Engine().open(options.device);
  bool good = true;
  std::printf("| function | type | version | operations | bound | worst | at |\n|---|---|---|---|---|---|---|\n");
  for (const FunctionInfo& row : mathematical_functions()) {
    if (!options.functions.empty() && std::ranges::find(options.functions, row.name) == options.functions.end())
      continue;
    if (row.arity == 1 && options.step)
      good = report<float>(device, row, [&] { return measure_all(device, row, options.step); }) && good;
    else if (options.random)
      good = report<float>(device, row, [&] { return measure_random<float>(device, row, options.random); }) && good;
    if (device.info().has_f64 && options.random)
      good = report<double>(device, row, [&] { return measure_random<double>(device, row, options.random); }) && good;
  }
  return good ? 0 : 1;
}
