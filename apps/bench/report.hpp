#pragma once

#include <string>
#include <vector>

#include "machine_limits.hpp"
#include "suite.hpp"

namespace lockstep::bench {

/// How the lines of a table are laid out.
struct Layout {
  bool several_devices = false;
  std::size_t name_width = 15;
};
/// Wide enough for the names of all jobs.
Layout layout_of(const std::vector<Job>& jobs, bool several_devices);

/// The line above the rows.
std::string heading_line(const Layout& layout);
/// One row as a line: case, type, size, level, time with its spread, GB/s, GFLOP/s, share of the limit, times faster
/// than the peer; with several devices also the device, how much faster than the first and whether its bits are the
/// same.
std::string row_line(const Row& row, const Row& first, const Layout& layout);
/// What went wrong or was left out, a line for each; empty if nothing was.
std::string problem_lines(const std::vector<Row>& rows);
/// False if one is wrong, or has other bits than on the first device.
bool are_good(const std::vector<Row>& rows);

/// What the hand-written loops reached in the rows: GB/s at each level, square roots and divisions per second. Empty
/// without such rows.
std::string limit_lines(const std::vector<Row>& rows);

/// The whole run: docs/benchmarks.md has the schema.
std::string to_json(const std::vector<Row>& rows, const Suite& suite, const std::vector<MachineLimits>& limits,
                    const std::string& command);

/// 1e-9 of it, in three digits: "12.3".
std::string rate_text(double per_second);
/// "1.23 us"
std::string time_text(double seconds);

}  // namespace lockstep::bench
