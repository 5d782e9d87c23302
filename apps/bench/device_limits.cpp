#include "device_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bytes.hpp"
#include "lockstep/expr.hpp"

namespace lockstep::bench {
namespace {

/// What is measured to find a bandwidth. With the whole numbers of `ramp` every result is exact.
struct Pattern {
  const char* name;
  std::uint64_t arrays;
  float factor;  ///< each result is so many times the input; 0: their sum
};
constexpr Pattern kPatterns[] = {{"sum", 1, 0}, {"copy", 2, 1}, {"triad", 3, 4}};

std::vector<float> ramp(std::uint64_t n) {
  std::vector<float> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1024);
  return values;
}

/// One pattern on arrays of its own, on the next of several equal sets each time.
class Traffic {
 public:
  Traffic(Device device, const Pattern& pattern, std::uint64_t n, std::uint64_t sets)
      : device_(std::move(device)), pattern_(pattern), input_(ramp(n)) {
    for (std::uint64_t s = 0; s < sets; ++s) {
      const Expr x = device_.array(input_);
      outs_.push_back(pattern.arrays > 1 ? device_.empty({n}, DType::f32) : Array());
      values_.push_back(pattern.arrays == 1 ? sum(x) : pattern.arrays == 2 ? x : x + 3 * Expr(device_.array(input_)));
    }
  }

  void run() {
    next_ = (next_ + 1) % values_.size();
    if (outs_[next_].valid())
      device_.assign(outs_[next_], values_[next_]);
    else
      device_.evaluate(values_[next_]);
  }

  std::string problem() const {
    if (!outs_.front().valid()) return sum_problem(device_.evaluate(values_.front()).item<float>());
    spoil(outs_.front());
    device_.assign(outs_.front(), values_.front());
    std::vector<float> expected = input_;
    for (float& value : expected) value *= pattern_.factor;
    return difference(read_back(outs_.front()), std::as_bytes(std::span(expected)), DType::f32);
  }

 private:
  std::string sum_problem(float got) const {
    double expected = 0;
    for (const float value : input_) expected += static_cast<double>(value);
    if (std::abs(static_cast<double>(got) - expected) <= 1e-4 * expected) return {};
    return fmt::format("got {}, expected {}", got, expected);
  }

  Device device_;
  const Pattern& pattern_;
  std::vector<float> input_;
  std::vector<Array> outs_;
  std::vector<Expr> values_;
  std::size_t next_ = 0;
};

/// One operation, again and again, on values near 1.
struct Chain {
  const char* name;
  int operations;  ///< that it counts as
  Expr (*step)(const Expr& x, const Expr& y);
  double (*step_f64)(double x, double y);
  float (*step_f32)(float x, float y);
};
constexpr Chain kChains[] = {
    {"multiply-add", 2, [](const Expr& x, const Expr& y) { return fma(x, y, y); },
     [](double x, double y) { return std::fma(x, y, y); }, [](float x, float y) { return std::fma(x, y, y); }},
    {"square root", 1, [](const Expr& x, const Expr&) { return sqrt(x); },
     [](double x, double) { return std::sqrt(x); }, [](float x, float) { return std::sqrt(x); }},
    {"divide", 1, [](const Expr& x, const Expr& y) { return y / x; }, [](double x, double y) { return y / x; },
     [](float x, float y) { return y / x; }},
};
const Chain& chain_of(const std::string& name) {
  return *std::find_if(std::begin(kChains), std::end(kChains), [&](const Chain& chain) { return chain.name == name; });
}

/// How many chains each element has that do not wait for each other, and how long they are. An operation takes several
/// cycles, and one begins in each.
struct ChainShape {
  int independent, steps;
  std::uint64_t elements;
};
// A GPU has other threads to go on with, and needs many operations for each access to memory. A processor looks no more
// than a few hundred operations ahead for some that need not wait, so that its elements are to be short.
constexpr ChainShape kGpuShape = {8, 64, std::uint64_t{1} << 22}, kProcessorShape = {4, 8, std::uint64_t{1} << 18};
constexpr double kStart = 0.75, kOther = 0.5;

/// All chains together; `step` does one operation.
template <class T, class Step>
T chains(const T& x, const ChainShape& shape, const Step& step) {
  T total = x;
  for (int k = 0; k < shape.independent; ++k) {
    T one = x + T((k + 1) * 0.0078125);
    for (int i = 0; i < shape.steps; ++i) one = step(one);
    total = total + one;
  }
  return total;
}

template <class T>
std::string chain_problem(const Array& out, const Chain& chain, const ChainShape& shape) {
  const auto step = [&](T x) {
    if constexpr (std::same_as<T, float>)
      return chain.step_f32(x, T(kOther));
    else
      return chain.step_f64(x, T(kOther));
  };
  const std::vector<T> expected(static_cast<std::size_t>(out.size()), chains(T(kStart), shape, step));
  return difference(read_back(out), std::as_bytes(std::span(expected)), out.dtype());
}

}  // namespace

Rate DeviceLimits::once(const std::string& key, const std::function<Rate()>& measure) {
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  Rate rate;
  try {
    rate = measure();
  } catch (const Error& error) {
    // What the device cannot do or hold limits nothing.
    if (error.code() != Code::unsupported && error.code() != Code::out_of_memory) throw;
  }
  return known_[key] = rate;
}

Rate DeviceLimits::timed(double amount, const std::function<void()>& run, Clock clock) const {
  return {amount / least_of(device_batch(device_, run, clock), effort_)};
}

Rate DeviceLimits::bandwidth(std::uint64_t bytes, std::uint64_t sets) {
  return once(fmt::format("bandwidth {} {}", bytes, sets), [&] { return measure_bandwidth(bytes, sets); });
}

Rate DeviceLimits::measure_bandwidth(std::uint64_t bytes, std::uint64_t sets) {
  Rate best;
  for (const Pattern& pattern : kPatterns) {
    const std::uint64_t n = std::max<std::uint64_t>(1, bytes / pattern.arrays / sizeof(float));
    Traffic traffic(device_, pattern, n, sets);
    if (const std::string problem = traffic.problem(); !problem.empty())
      return {0, fmt::format("{} of {} elements: {}", pattern.name, n, problem)};
    const double moved = static_cast<double>(n * pattern.arrays * sizeof(float));
    best.per_second = std::max(best.per_second, timed(
                                                    moved, [&] { traffic.run(); }, Clock::device)
                                                    .per_second);
  }
  return best;
}

Rate DeviceLimits::throughput(const std::string& operation, DType type) {
  return once(fmt::format("{} {}", operation, to_string(type)), [&] { return measure_throughput(operation, type); });
}

Rate DeviceLimits::measure_throughput(const std::string& operation, DType type) {
  if (type == DType::f64 && !device_.info().has_f64) return {};
  const Chain& chain = chain_of(operation);
  const ChainShape& shape = device_.info().is_gpu ? kGpuShape : kProcessorShape;
  const Array x = device_.full({shape.elements}, kStart, type), out = device_.empty({shape.elements}, type);
  const Expr y = device_.full({1}, kOther, type);
  const Expr value = chains(Expr(x), shape, [&](const Expr& one) { return chain.step(one, y); });
  device_.assign(out, value);
  const std::string problem = Floats::call(type, [&]<class T>() { return chain_problem<T>(out, chain, shape); });
  if (!problem.empty()) return {0, fmt::format("{}: {}", operation, problem)};
  const double operations = static_cast<double>(shape.elements) * shape.independent * shape.steps * chain.operations;
  return timed(
      operations, [&] { device_.assign(out, value); }, Clock::device);
}

Rate DeviceLimits::transfer(bool to_device, bool pinned, std::uint64_t bytes) {
  return once(fmt::format("transfer {} {} {}", to_device, pinned, bytes),
              [&] { return measure_transfer(to_device, pinned, bytes); });
}

Rate DeviceLimits::measure_transfer(bool to_device, bool pinned, std::uint64_t bytes) {
  const std::vector<float> values = ramp(std::max<std::uint64_t>(1, bytes / sizeof(float)));
  std::vector<float> ordinary(pinned ? 0 : values.size());
  const PinnedArray<float> direct = device_.pinned_array<float>(pinned ? values.size() : 0);
  const std::span<float> host = pinned ? direct.values() : std::span(ordinary);
  const Array array = device_.array(values);
  const auto up = [&] { pinned ? array.from_host(direct) : array.from_host(std::span<const float>(host)); };
  const auto down = [&] { pinned ? array.to_host(direct) : array.to_host(host); };
  const auto run = [&] { to_device ? up() : down(); };
  if (to_device) {
    std::ranges::copy(values, host.begin());
    spoil(array);
  }
  run();
  const std::vector<std::byte> got = to_device ? read_back(array) : bytes_of(std::span<const float>(host));
  const std::string problem = difference(got, std::as_bytes(std::span(values)), DType::f32);
  if (!problem.empty()) return {0, "transfer: " + problem};
  return timed(static_cast<double>(array.bytes()), run, Clock::host);
}

LeastTime DeviceLimits::transfer_time(const Job& job) {
  const std::uint64_t bytes = job.n * size_of(job.type);
  double best = 0;
  for (const bool pinned : {false, true}) {
    const Rate rate = transfer(job.row->transfer == Transfer::to_device, pinned, bytes);
    if (!rate.wrong.empty()) return {0, "", rate.wrong};
    best = std::max(best, rate.per_second);
  }
  return {best > 0 ? static_cast<double>(bytes) / best : 0, "transfer"};
}

LeastTime DeviceLimits::arithmetic_time(const Job& job) {
  const Case& row = *job.row;
  if (row.mixed || !is_floating(job.type)) return {};
  const double n = static_cast<double>(job.n);
  const double roots = row.roots * n, divisions = row.divisions * n,
               rest = job.row->flops_of(job.n) - roots - divisions;
  const std::pair<const char*, double> parts[] = {
      {"multiply-add", rest}, {"square root", roots}, {"divide", divisions}};
  LeastTime time{0, "arithmetic"};
  for (const auto& [operation, amount] : parts) {
    if (amount <= 0) continue;
    const Rate rate = throughput(operation, job.type);
    if (!rate.wrong.empty()) return {0, "", rate.wrong};
    if (rate.per_second > 0) time.seconds += amount / rate.per_second;
  }
  return time;
}

LeastTime DeviceLimits::least_time(const Job& job, std::uint64_t bytes, std::uint64_t sets) {
  if (job.row->transfer != Transfer::none) return transfer_time(job);
  if (job.row->is_about_host()) return {};
  LeastTime time = arithmetic_time(job);
  if (!time.wrong.empty() || job.row->moved <= 0 || bytes == 0) return time;
  const Rate rate = bandwidth(bytes, sets);
  const double moved = job.row->moved * static_cast<double>(job.n * size_of(job.type));
  const double seconds = rate.per_second > 0 ? moved / rate.per_second : 0;
  return seconds > time.seconds || !rate.wrong.empty() ? LeastTime{seconds, "bandwidth", rate.wrong} : time;
}

}  // namespace lockstep::bench
