#pragma once

#include <vector>

#include "machine_limits.hpp"
#include "plot/chart.hpp"
#include "suite.hpp"

namespace lockstep::bench {

/// The rows of one device below its limits: arithmetic intensity (operations for each byte) against operations per
/// second. Rows without operations or bytes, and those about the host, are not in it. Source: S. Williams,
/// A. Waterman, D. Patterson, "Roofline: an insightful visual performance model", Communications of the ACM 52(4),
/// 2009.
Chart roofline(const std::vector<Row>& rows, const MachineLimits& limits, const std::string& description);

}  // namespace lockstep::bench
