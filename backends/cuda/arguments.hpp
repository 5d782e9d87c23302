#pragma once

#include <cstdint>
#include <vector>

#include "backends/common/kernel_text.hpp"
#include "backends/common/work.hpp"

namespace lockstep::cuda {

/// A buffer's address as an argument; who runs the text knows how to find it.
using AddressOf = std::uint64_t (*)(const Buffer&);

/// The arguments of a program's kernels, each in the low bytes of a word, in the order of text::kernel_text.
struct Arguments {
  /// `numbers`: the values of text::geometry_values, or the address of where they lie if the layout is packed.
  static std::vector<std::uint64_t> of_run(const Program& program, const text::Layout& layout, const Pass& pass,
                                           AddressOf address, std::uint64_t scratch,
                                           const std::vector<std::uint64_t>& numbers);
  static std::vector<std::uint64_t> of_finish(const Program& program, const text::Layout& layout, const Pass& pass,
                                              const text::Work& work, AddressOf address, std::uint64_t scratch);
};

/// Where each word lies, which is what a launch takes. Valid while `words` is not changed.
std::vector<void*> places_of(std::vector<std::uint64_t>& words);

}  // namespace lockstep::cuda
