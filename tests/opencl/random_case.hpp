#pragma once

#include <cstdint>

#include "pass_runner.hpp"

namespace lockstep::test {

/// What random cases are like.
struct CaseOptions {
  int operations = 40;            ///< of a program
  std::uint64_t elements = 3000;  ///< of the largest pass, about
  bool folds = true;
  bool f64 = true;
  std::uint64_t seed = 1;
};

/// A random program over random operands, one in four of whose values is special: every operation, type and fold, up to
/// 4 dimensions, views with strides, repeated elements, results that overwrite an operand. The same seed gives the same
/// case.
PassCase random_case(const CaseOptions& options);

}  // namespace lockstep::test
