#pragma once

#include <vector>

#include "block_ops.hpp"
#include "jit/jit.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::cpu {

/// A program made ready to run in blocks: as native code if there is some, else for the interpreter. The interpreter
/// needs for each node which operation runs and where its block lies; blocks share slots of memory as soon as their
/// last reader is done, so that few slots stay in the first-level cache.
class InterpretedProgram : public Executable {
 public:
  InterpretedProgram(Program program, const BlockTable& table, std::unique_ptr<JitCode> code);

  static constexpr std::uint32_t kNoSlot = UINT32_MAX;

  struct Step {
    BlockOp op = nullptr;  ///< null for constants, scalars, loads and indices
    std::uint32_t slot = kNoSlot;
    std::int32_t output = -1;  ///< the stored output whose value this is, the first if there are several
  };

  const Program& program() const noexcept { return program_; }
  const std::vector<Step>& steps() const noexcept { return steps_; }
  const std::vector<FoldOps>& folds() const noexcept { return folds_; }  ///< one per output; empty rows for stores
  std::uint32_t slots() const noexcept { return slots_; }
  bool has_folds() const noexcept { return has_folds_; }
  /// Null if the interpreter runs the program.
  BlockFunction native() const noexcept { return code_ ? code_->function : nullptr; }
  /// The nodes that native code writes, in its order.
  const std::vector<std::uint32_t>& results() const noexcept { return results_; }

  std::string source() const override { return program_.dump(); }

 private:
  void assign_slots();
  void assign_native_slots();

  Program program_;
  std::unique_ptr<JitCode> code_;
  std::vector<std::uint32_t> results_;
  std::vector<Step> steps_;
  std::vector<FoldOps> folds_;
  std::uint32_t slots_ = 0;
  bool has_folds_ = false;
};

}  // namespace lockstep::cpu
