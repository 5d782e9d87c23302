#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::app {

/// Lines of columns as wide as their widest cell; columns named in `right` are aligned to the right.
std::string format_table(const std::vector<std::vector<std::string>>& rows, const std::vector<std::size_t>& right);

/// "512 B", "15.6 GiB": for people.
std::string format_bytes(std::uint64_t bytes);
/// A number of bytes as people write it: "4096", "512MiB", "1.5G", "64 kB". K M G T are powers of 1024, as are Ki ..
/// Ti; with a final "B" but no "i" they are powers of 1000. Throws `bad_argument` for anything else and
/// for less than one byte; `what` stands in the message.
std::uint64_t parse_bytes(const std::string& text, const std::string& what);

}  // namespace lockstep::app
