#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "block_ops.hpp"
#include "custom_fold.hpp"
#include "jit/jit.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::cpu {

/// How an output is folded: by one of the table's folds, or with a combination of the user's own.
struct OutputFold {
  FoldOps ops;
  std::shared_ptr<const CustomFold> custom;

  Partial unit(const void* values, std::size_t n, std::uint64_t first) const {
    return custom ? custom->unit(values, n) : ops.unit(values, n, first);
  }
  void rows(void* lanes, const void* values, std::size_t rows, std::size_t width, std::size_t row,
            std::uint64_t first) const {
    custom ? custom->rows(lanes, values, rows, width, row) : ops.rows(lanes, values, rows, width, row, first);
  }
  void close(void* lanes, std::size_t rows, std::size_t width, Partial* nodes) const {
    custom ? custom->close(lanes, rows, width, nodes) : ops.close(lanes, rows, width, nodes);
  }
  void combine(Partial& left, const Partial& right) const {
    custom ? custom->combine(left, right) : ops.combine(left, right);
  }
  Partial join(void* values, std::size_t n) const { return ops.join(values, n); }  ///< native code folds no custom ones
};

/// A program made ready to run in blocks: as native code if there is some, else for the interpreter. The interpreter
/// needs for each node which operation runs and where its block lies; blocks share slots of memory as soon as their
/// last reader is done, so that few slots stay in the first-level cache.
class InterpretedProgram : public Executable {
 public:
  /// `jit` is the memory of compiled code, or null if the interpreter runs everything.
  InterpretedProgram(Program program, const BlockTable& table, std::shared_ptr<JitMemory> jit);

  static constexpr std::uint32_t kNoSlot = UINT32_MAX;

  struct Step {
    BlockOp op = nullptr;  ///< null for constants, scalars, loads and indices
    std::uint32_t slot = kNoSlot;
    std::int32_t output = -1;  ///< the stored output whose value this is, the first if there are several
  };

  const Program& program() const noexcept { return program_; }
  const std::vector<Step>& steps() const noexcept { return steps_; }
  const std::vector<OutputFold>& folds() const noexcept { return folds_; }  ///< one per output; empty ones for stores
  std::uint32_t slots() const noexcept { return slots_; }
  bool has_folds() const noexcept { return has_folds_; }
  /// True if there is native code, which is compiled when it is first asked for. Any thread may ask.
  bool has_native(Form form, Indices indices = Indices::in_memory) const;
  /// Runs native code that there is: see BlockFunction.
  void call(Form form, Indices indices, void* const* operands, const std::uint64_t* scalars, std::uint64_t n) const;
  /// True if native code computes the nodes.
  bool is_native() const noexcept { return native_; }
  /// The nodes that native code writes, in its order.
  const std::vector<std::uint32_t>& results(Form form) const noexcept {
    return results_[static_cast<std::size_t>(form)];
  }

  /// About how long an element takes while all lies in a near cache: enough to tell how many threads gain something.
  double nanoseconds() const noexcept { return nanoseconds_; }

  std::string source() const override { return program_.dump(); }

 private:
  struct FormCode {
    std::unique_ptr<JitCode> code;
    std::vector<std::uint64_t> sizes;  ///< in bytes, of an element of each operand
    std::once_flag once;
    std::atomic<bool> is_compiled = false;
  };
  static constexpr std::size_t index(Form form, Indices indices) noexcept {
    return static_cast<std::size_t>(indices) * kForms + static_cast<std::size_t>(form);
  }

  void fold_rest(Indices indices, void* const* operands, const std::uint64_t* scalars, std::uint64_t begin,
                 std::uint64_t count) const;
  void call_rest(const FormCode& form, Indices indices, void* const* operands, const std::uint64_t* scalars,
                 std::uint64_t begin, std::uint64_t count) const;
  void compile(FormCode& it, Form form, Indices indices) const;
  void estimate();
  void assign_slots();
  void assign_native_slots();

  Program program_;
  std::shared_ptr<JitMemory> jit_;
  std::array<std::vector<std::uint32_t>, kForms> results_;
  mutable std::array<FormCode, kForms * kIndices> forms_;
  bool native_ = false;
  std::vector<Step> steps_;
  std::vector<OutputFold> folds_;
  std::uint32_t slots_ = 0;
  bool has_folds_ = false;
  double nanoseconds_ = 0;
};

}  // namespace lockstep::cpu
