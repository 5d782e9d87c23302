#include "batch.hpp"

#include <fmt/format.h>

namespace lockstep::test {

std::string entry_in_batch(const KernelText& kernel, std::size_t i) { return fmt::format("{}_{}", kernel.entry, i); }

std::string batch_of(const std::vector<KernelText>& kernels, const std::string& after) {
  std::string source;
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    const KernelText& kernel = kernels[i];
    const std::string entry = entry_in_batch(kernel, i);
    source += fmt::format("namespace kernel_{} {{\n#define {} {}\n", i, kernel.entry, entry);
    for (const auto& [name, value] : kernel.defines) source += fmt::format("#define {} {}\n", name, value);
    source += kernel.text;
    if (!after.empty()) source += fmt::format(fmt::runtime(after), entry) + '\n';
    for (const auto& [name, value] : kernel.defines) source += fmt::format("#undef {}\n", name);
    source += fmt::format("#undef {}\n}}\n", kernel.entry);
  }
  return source;
}

}  // namespace lockstep::test
