#pragma once

#include <vector>

#include "opencl/random_case.hpp"

namespace lockstep::test {

/// Every operation that `type` has, each stored.
PassCase operations_of(DType type, std::uint64_t elements);
/// `rows` times `columns` elements with every fold that `type` has, over the rows, over the columns, or over all.
enum class Over { rows, columns, all };
PassCase folds_of(DType type, std::uint64_t rows, std::uint64_t columns, Over over);

/// The whole table: operations and folds of all types, in shapes that take every family of kernels and both stages.
std::vector<PassCase> table_of_cases();
std::vector<PassCase> random_cases(int count, CaseOptions options);

/// `count` times LOCKSTEP_TEST_SCALE, which may be above 1 here; at least 2.
int scaled_programs(int count);

}  // namespace lockstep::test
