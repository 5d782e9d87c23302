#pragma once

#include <memory>
#include <vector>

#include "block_ops.hpp"
#include "jit/jit.hpp"

namespace lockstep::cpu {

class InterpretedProgram;

/// A fold with a combination of the user's own: the same steps as FoldOps, of which the lanes are joined many at a
/// time, by native code where there is some. Safe to use from several threads.
class CustomFold {
 public:
  CustomFold(const Combine& combine, const BlockTable& table, const std::shared_ptr<JitMemory>& jit);
  ~CustomFold();

  Partial unit(const void* values, std::size_t n) const;
  void rows(void* lanes, const void* values, std::size_t rows, std::size_t width, std::size_t row) const;
  void close(void* lanes, std::size_t rows, std::size_t width, Partial* nodes) const;
  void combine(Partial& left, const Partial& right) const;

 private:
  /// left[i] becomes left[i] joined with right[i].
  void join(std::byte* left, const std::byte* right, std::size_t n) const;
  void interpret(std::byte* left, const std::byte* right, std::size_t n) const;
  void halve(std::byte* lanes, std::size_t active, std::size_t width) const;

  std::size_t size_;  // bytes of an element
  std::uint32_t result_ = 0;
  std::unique_ptr<const InterpretedProgram> program_;
  bool native_ = false;
  std::vector<std::vector<std::byte>> constants_;  // a block for each node that is one
};

/// One for each combination of the program. `jit` may be null.
std::vector<std::shared_ptr<const CustomFold>> make_custom_folds(const Program& program, const BlockTable& table,
                                                                 const std::shared_ptr<JitMemory>& jit);

}  // namespace lockstep::cpu
