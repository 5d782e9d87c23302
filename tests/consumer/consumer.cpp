// Evaluates a fused expression and a sum on whatever device there is, and checks both.
#include <cmath>
#include <cstdio>
#include <lockstep/lockstep.hpp>
#include <vector>

int main() try {
  const lockstep::Device device = lockstep::Engine().open("auto");
  const std::vector<double> x{3, 5, 8, 0}, y{4, 12, 15, 2};
  const lockstep::Array ax = device.array(x), ay = device.array(y);

  const auto [distance, total] = lockstep::evaluate(sqrt(ax * ax + ay * ay), sum(ax * ay));

  const std::vector<double> got = distance.to_host<double>();
  bool right = total.item<double>() == 192;
  for (std::size_t i = 0; i < x.size(); ++i) right = right && got[i] == std::sqrt(x[i] * x[i] + y[i] * y[i]);
  std::printf("Lockstep %s on %s: %s\n", lockstep::version(), device.name().c_str(), right ? "right" : "WRONG");
  return right ? 0 : 1;
} catch (const lockstep::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
