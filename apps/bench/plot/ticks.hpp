#pragma once

#include <string>
#include <vector>

#include "chart.hpp"

namespace lockstep::bench {

/// A place on an axis: with a text, or a fine line between those that have one.
struct Tick {
  double value = 0;
  std::string text{};
};

/// Places from `low` to `high`: about `most` with a text. On a logarithmic axis powers of ten, or of two if all fit.
std::vector<Tick> ticks_of(const Axis& axis, int most);

}  // namespace lockstep::bench
