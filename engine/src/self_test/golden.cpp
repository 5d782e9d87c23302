#include "lockstep/self_test.hpp"

namespace lockstep {
namespace {

constexpr GoldenHash kGolden[] = {
#define LOCKSTEP_GOLDEN(name, version, hash) {name, version, hash},
#include "self_test/golden.def"
#undef LOCKSTEP_GOLDEN
};

}  // namespace

std::span<const GoldenHash> golden_hashes() noexcept { return kGolden; }

}  // namespace lockstep
