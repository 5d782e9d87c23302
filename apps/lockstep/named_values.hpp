#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/device.hpp"
#include "lockstep/shape.hpp"
#include "lockstep/text.hpp"

namespace lockstep::app {

/// What `name=value` arguments stand for: a number ("2.5", "-3", "True"), a number of an element type ("3u8",
/// "0.1f32"), or else a NumPy file, which is loaded to `device`. A plain number adapts to the type it meets. Throws
/// `bad_argument` for what is none of these, `file` and `unsupported` as `load_npy` does.
Names read_named_values(const Device& device, std::span<const std::string> arguments, bool in_place = false);

/// The names among the `name=value` arguments that do not occur in the expressions.
std::vector<std::string> unused_names(std::string_view expressions, std::span<const std::string> arguments);

/// The bytes of the files among the values, as far as they are regular ones.
std::uint64_t bytes_of_files(std::span<const std::string> arguments);

/// A shape as people write it: "1000" or "20,30"; "" is no shape. Throws `bad_argument`.
Shape parse_shape(std::string_view text);

}  // namespace lockstep::app
