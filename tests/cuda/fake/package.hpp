#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cuda/batch.hpp"

namespace lockstep::test::fake {

/// What stands for machine code: a kernel's text, with its options, as one run of bytes.
std::string pack(const std::string& text, const std::vector<std::string>& options);
/// False if it is no such thing.
bool unpack(const char* code, KernelText& kernel);

/// The definitions among compiler options: "-DNAME=VALUE".
std::vector<std::pair<std::string, std::string>> defines_of(const std::vector<std::string>& options);

}  // namespace lockstep::test::fake
