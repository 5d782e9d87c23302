// A fused expression: an array, a sum, a minimum and its place, in one pass over memory.
#include <cmath>
#include <cstdio>
#include <lockstep/lockstep.hpp>

using namespace lockstep;

int main(int argc, char** argv) try {
  const Device device = Engine().open(argc > 1 ? argv[1] : "auto");
  const std::uint64_t n = 1'000'000;
  const Expr t = cast(arange(n), DType::f64) / n;
  const Array x = device.evaluate(t - 0.25);
  const Array y = device.evaluate(0.5 * t);

  const auto before = device.counters().passes;
  const Expr r = sqrt(x * x + y * y);
  const auto [radius, total, least, nearest] = evaluate(r, sum(x * y), min(r), argmin(r));
  const auto passes = device.counters().passes - before;

  const auto at = nearest.item<std::int64_t>();
  std::printf("%s: %llu elements, %llu pass over memory\n", device.name().c_str(), static_cast<unsigned long long>(n),
              static_cast<unsigned long long>(passes));
  std::printf("sum of x*y    %.17g\nleast radius  %.17g at %lld\n", total.item<double>(), least.item<double>(),
              static_cast<long long>(at));

  // x*x + y*y = (t - 0.25)^2 + t^2/4 is least at t = 0.2.
  return passes == 1 && at == 200'000 && radius.at(at).item<double>() == least.item<double>() ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
