#include "backends/cuda/precompiled.hpp"

#include <algorithm>

namespace lockstep::cuda {

// In the file that precompiled.cmake makes.
extern const std::span<const int> kPrecompiledFor;

bool runs_on(std::span<const int> built, int architecture) {
  if (built.empty()) return false;
  return architecture > built.back() || std::any_of(built.begin(), built.end(), [&](int a) {
           return a / 10 == architecture / 10 && a <= architecture;
         });
}

const Precompiled* find_precompiled(const Compiler::Source& source, const char* entry, int architecture) {
  if (!runs_on(kPrecompiledFor, architecture)) return nullptr;
  const auto& all = precompiled_kernels();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Precompiled& p) {
    return source.text == p.text && entry == std::string_view(p.entry) && source.options == p.options;
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace lockstep::cuda
