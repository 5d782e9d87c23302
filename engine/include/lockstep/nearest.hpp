#pragma once

#include <span>
#include <string_view>

namespace lockstep::detail {

/// The candidate that `name` was most likely meant to be, for error messages: the least insertions, deletions,
/// replacements and swaps of neighbours apart, the first of equals, compared without regard to case. Empty if even that
/// one is farther than a third of the longer of the two. Names longer than 64 characters are near to nothing.
/// Source: F. Damerau, "A technique for computer detection and correction of spelling errors", CACM 7(3), 1964.
std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace lockstep::detail
