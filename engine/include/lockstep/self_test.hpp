#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lockstep/device.hpp"

namespace lockstep {

/// One check of the full self-test: everything of one name on one type.
struct SelfCheck {
  std::string name;        ///< "exp f32", "sum f64", "random_normal f32"
  int version = 0;         ///< of the bits: raised with each change of them
  std::uint64_t hash = 0;  ///< of the device's results, NaNs alike
  bool passed = false;     ///< the hash is the stored one
  std::string difference;  ///< the first result that is not the engine's own, as far as that can be told
};

/// What `full_self_test` found.
struct SelfTestReport {
  std::vector<SelfCheck> checks;
  std::uint64_t results = 0;  ///< compared in all

  bool passed() const noexcept;
};

/// Computes every function, cast, reduction and kind of random number on every type that the device has, on fixed
/// inputs of which one in four is special, and compares hashes of the results with those stored in the library. Takes
/// seconds, most of them for compiling. `progress`, if given, gets how many groups of checks are done of how many.
SelfTestReport full_self_test(const Device& device,
                              const std::function<void(std::size_t, std::size_t)>& progress = nullptr);

/// A stored hash.
struct GoldenHash {
  std::string_view name;
  int version = 0;
  std::uint64_t hash = 0;
};
/// All of them: what `full_self_test` compares with.
std::span<const GoldenHash> golden_hashes() noexcept;

}  // namespace lockstep
