#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <cstdlib>

#include "worlds.hpp"

using namespace lockstep;

// Under mpirun every rank runs the same cases; rank 0 tells how they went, the others only what failed. The answer is
// that of all ranks.
int main(int argc, char** argv) try {
  const Communicator world = Communicator::world();
  const char* expected = std::getenv("LOCKSTEP_TEST_RANKS");
  if (expected && world.size() != std::atoi(expected)) {
    std::fprintf(stderr, "%s ranks were started, but there are %d\n", expected, world.size());
    return 1;
  }
  if (expected) test::launched_world() = world;
  doctest::Context context(argc, argv);
  if (world.rank() != 0) context.setOption("quiet", true);
  const int result = context.run();
  test::launched_world().reset();
  return world.allreduce_value<int>(RankOp::max, result);
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
