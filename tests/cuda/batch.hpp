#pragma once

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace lockstep::test {

/// The source of one kernel.
struct KernelText {
  std::string text;
  std::string entry;
  std::vector<std::pair<std::string, std::string>> defines{};

  bool operator<(const KernelText& other) const {
    return std::tie(text, entry, defines) < std::tie(other.text, other.entry, other.defines);
  }
};

/// One source of many kernels, each in a namespace of its own; that of kernel `i` is called as entry_in_batch says.
/// `after` is written behind each kernel, with {} for its entry.
std::string batch_of(const std::vector<KernelText>& kernels, const std::string& after = {});
std::string entry_in_batch(const KernelText& kernel, std::size_t i);

}  // namespace lockstep::test
