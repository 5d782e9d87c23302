// Pi by a million rectangles, divided over the ranks of mpirun: the same bits for any number of them.
#include <cstdio>
#include <lockstep/comm/fold.hpp>
#include <lockstep/lockstep.hpp>

using namespace lockstep;

namespace {

constexpr std::uint64_t kRectangles = 1'000'000;

/// The areas of the rectangles `begin` .. `end`-1: an expression without memory.
Expr areas(std::uint64_t begin, std::uint64_t end) {
  const Expr x = (cast(arange(end - begin) + begin, DType::f64) + 0.5) / kRectangles;
  return 4 / (1 + x * x) / kRectangles;
}

}  // namespace

int main(int argc, char** argv) try {
  const Communicator ranks = Communicator::world();
  const Device device = Engine().open(argc > 1 ? argv[1] : "auto");
  const auto [begin, end] = ranks.my_share(kRectangles);
  const std::uint64_t first = begin;
  const SpreadFold pi{Reduction::sum, [&](std::uint64_t b, std::uint64_t e) { return areas(first + b, first + e); }};
  const double by_ranks = fold(ranks, device, end - begin, std::span(&pi, 1)).front().item<double>();

  const std::vector<std::uint64_t> shares = ranks.gather(std::span<const std::uint64_t>(std::vector{end - begin}));
  bool same = true;
  if (ranks.rank() == 0) {
    for (std::size_t r = 0; r < shares.size(); ++r)
      std::printf("rank %zu: %llu rectangles\n", r, static_cast<unsigned long long>(shares[r]));
    const double alone = device.evaluate(sum(areas(0, kRectangles))).item<double>();
    same = by_ranks == alone;
    std::printf("pi is about %.17g; on one rank %.17g\n", by_ranks, alone);
  }
  return ranks.broadcast_value(same) ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
