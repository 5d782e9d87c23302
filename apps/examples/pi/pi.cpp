// Pi by a million random points: how many lie in the quarter circle does not depend on how the work is divided.
#include <algorithm>
#include <cstdio>
#include <lockstep/lockstep.hpp>

using namespace lockstep;

namespace {

constexpr std::uint64_t kPoints = 1'000'000;

/// Of the points `begin` .. `end`-1, those in the quarter circle. Two numbers of a point are two draws in one place.
std::int64_t points_inside(const Device& device, std::uint64_t begin, std::uint64_t end) {
  const RandomSource source{.seed = 1, .index = arange(end - begin) + begin};
  const Expr x = random_uniform(source, DType::f32, 0), y = random_uniform(source, DType::f32, 1);
  return device.evaluate(count(x * x + y * y < 1)).item<std::int64_t>();
}

std::int64_t points_inside(const Device& device, std::uint64_t chunk) {
  std::int64_t inside = 0;
  for (std::uint64_t begin = 0; begin < kPoints; begin += chunk)
    inside += points_inside(device, begin, std::min(begin + chunk, kPoints));
  return inside;
}

}  // namespace

int main(int argc, char** argv) try {
  const Device device = Engine().open(argc > 1 ? argv[1] : "auto");
  const std::int64_t whole = points_inside(device, kPoints);
  bool same = true;
  for (const std::uint64_t chunk : {500'000, 65'536, 12'345}) {
    const std::int64_t inside = points_inside(device, chunk);
    std::printf("%s: chunks of %6llu: %lld points inside\n", device.name().c_str(),
                static_cast<unsigned long long>(chunk), static_cast<long long>(inside));
    same = same && inside == whole;
  }
  std::printf("pi is about %.6f\n", 4 * static_cast<double>(whole) / static_cast<double>(kPoints));
  // The bits of the points are the same everywhere, and so is their number.
  return same && whole == 785'844 ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
