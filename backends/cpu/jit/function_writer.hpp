#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "bits.hpp"
#include "block_ops.hpp"
#include "float_ranges.hpp"
#include "jit.hpp"
#include "lockstep/schedule.hpp"
#include "loop_values.hpp"
#include "machine.hpp"

namespace lockstep::cpu::jit {

/// Emits a block function.
class FunctionWriter {
 public:
  /// What has no instruction is done by the operations of `table`, called for a vector at a time.
  FunctionWriter(x86::Compiler& cc, const Program& program, Form form, Indices indices, JitTarget target,
                 const BlockTable& table);

  bool can_write() const;
  void write();
  /// What the number of elements must be a multiple of. Known after write().
  std::uint64_t multiple() const;

 private:
  /// One for each node.
  using Values = std::vector<Vector>;
  /// An output that is folded.
  struct Folded {
    std::unique_ptr<FoldWriter> writer;
    std::uint32_t node;  ///< what is folded; of a count the bool that is counted
    x86::Gp nodes;       ///< where the nodes of its units go
  };
  /// An index operand whose values are computed.
  struct Run {
    Vector first;  ///< the values of the first vector
    x86::Gp step;
  };
  /// Of the loops, for each element.
  struct Operations {
    int all = 0, wide = 0;  ///< wide: in 64 bits, which take two registers for a vector
    int in_line = 0;        ///< all but those behind branches
    bool divide = false;

    /// Copies of a loop's body, one after another, hide latency while they stay small.
    bool are_few() const { return all <= 8; }
    /// In a long body one chain of operations waits for itself, and a second vector beside it has the time. Wide values
    /// are two chains already, and two more do not fit the registers: they pay where a chain waits for the divider, and
    /// where most is behind branches, which are taken for two vectors at once.
    bool want_two_vectors() const { return !are_few() && (2 * wide < all || divide || are_mostly_behind_branches()); }
    bool are_mostly_behind_branches() const { return in_line < 24 && 2 * in_line < all; }
  };

  int least_vectors() const;
  void find_folds();
  void find_schedule();
  void load_pointers(const x86::Gp& operands);
  void load_runs();
  void write_values_before_loops(const x86::Gp& scalars);
  void keep_constants();
  void count_operations(const Schedule& steps, bool in_line);

  void write_map();
  void write_units();
  int spare_registers() const;
  void write_rows(const x86::Gp& end, int spare);
  void write_any_rows(const x86::Gp& end);

  x86::KReg tail_mask(const x86::Gp& count);
  void write_elements(const x86::KReg* tail, int ahead, int vectors = 1);
  void write_steps(const Schedule& steps, const x86::KReg* tail, int ahead);
  void write_guard(const Guard& guard, const x86::KReg* tail, int ahead);
  void write_inside(const Guard& guard, const x86::KReg* tail, int ahead);
  void write_apart(const Guard& guard, const x86::KReg* tail, int ahead);
  void load_constant(std::uint32_t n);
  void write_value(std::uint32_t n, const x86::KReg* tail, int ahead);
  Vector write_index(const Run& run, int ahead);
  Vector write_value_of(std::uint32_t n, const Values& values, const x86::KReg* tail, int ahead);
  Vector write_operation(std::uint32_t n, const Values& values);
  Vector write_call(const Node& node, const Values& values, DType operand);

  x86::Compiler& cc_;
  const Program& program_;
  Form form_;
  Indices indices_;
  const BlockTable& table_;
  std::vector<std::uint32_t> results_;
  std::unique_ptr<Machine> machine_;
  std::array<Values, 2> values_;  // of two vectors that follow each other
  std::size_t vectors_ = 1;       // of those that are being written
  std::optional<Bits> bits_;
  LoopValues loop_values_;
  Operations operations_;
  Schedule schedule_;
  std::optional<FloatRanges> ranges_;
  std::vector<Folded> folds_;
  std::vector<x86::Gp> pointers_;
  std::vector<Run> runs_;
  std::optional<x86::Mem> scratch_;     // of calls
  asmjit::BaseNode* behind_ = nullptr;  // the end of the loops, behind which rare parts stand
  x86::Gp n_;
  x86::Gp i_;
};

}  // namespace lockstep::cpu::jit
