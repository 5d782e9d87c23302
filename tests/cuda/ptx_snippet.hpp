#pragma once

#include <string>
#include <vector>

#include "ptx_machine/machine.hpp"

namespace lockstep::test::ptx {

/// The text of a kernel "k" of two pointers, `in` and `out`, with registers %p, %rs, %r, %rd, %f and %fd of numbers up
/// to
/// 18. `outside` stands before it.
std::string snippet(const std::string& body, const std::string& outside = "");

/// Runs it; what it leaves in `out`, which has a word of 64 bits for each thread.
std::vector<std::uint64_t> run_snippet(const std::string& ptx, std::vector<std::uint64_t> in, unsigned threads = 1,
                                       unsigned blocks = 1, Settings settings = {});

/// What it is refused with, on three words as input; empty if it runs.
std::string fault_of(const std::string& ptx, unsigned threads = 1, unsigned blocks = 1, Settings settings = {});

}  // namespace lockstep::test::ptx
