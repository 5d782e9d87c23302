#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep {

/// How the elements of the ranks are combined: MPI's operations. Integers wrap; land, lor and lxor give 0 or 1.
enum class RankOp : std::uint8_t { max, min, sum, prod, land, lor, lxor, band, bor, bxor, maxloc, minloc };

inline constexpr int kRankOpCount = 12;

/// The name as it stands in the enumeration.
std::string_view to_string(RankOp op) noexcept;

/// A value and a place, for minloc and maxloc.
template <class T>
struct Placed {
  T value{};
  std::int64_t place = 0;
};

}  // namespace lockstep
