#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "block_ops.hpp"
#include "jit.hpp"
#include "lockstep/schedule.hpp"
#include "machine.hpp"

namespace lockstep::cpu::jit {

/// Emits a block function.
class FunctionWriter {
 public:
  /// What has no instruction is done by the operations of `table`, called for a vector at a time.
  FunctionWriter(x86::Compiler& cc, const Program& program, Form form, JitTarget target, const BlockTable& table);

  bool can_write() const;
  void write();
  /// What the number of elements must be a multiple of.
  std::uint64_t multiple() const;

 private:
  /// An output that is folded.
  struct Folded {
    std::unique_ptr<FoldWriter> writer;
    std::uint32_t node;  ///< what is folded; of a count the bool that is counted
    x86::Gp nodes;       ///< where the nodes of its units go
  };

  void find_folds();
  void find_needed();
  void find_schedule();
  void load_pointers(const x86::Gp& operands);
  void write_scalars(const x86::Gp& scalars);
  bool is_cheap() const;

  void write_map();
  void write_units();
  int spare_registers() const;
  void write_rows(const x86::Gp& end, int spare);
  void write_any_rows(const x86::Gp& end);

  x86::KReg tail_mask(const x86::Gp& count);
  void write_elements(const x86::KReg* tail, int ahead);
  void write_steps(const Schedule& steps, const x86::KReg* tail, int ahead);
  void write_guard(const Guard& guard, const x86::KReg* tail, int ahead);
  void write_value(std::uint32_t n, const x86::KReg* tail, int ahead);
  Vector write_operation(const Node& node);
  bool is_small(const Node& node) const;
  Vector write_call(const Node& node, DType operand);

  x86::Compiler& cc_;
  const Program& program_;
  Form form_;
  const BlockTable& table_;
  std::vector<std::uint32_t> results_;
  std::unique_ptr<Machine> machine_;
  std::vector<Vector> values_;
  std::vector<bool> needed_;
  Schedule schedule_;
  std::vector<Folded> folds_;
  std::vector<x86::Gp> pointers_;
  std::optional<x86::Mem> scratch_;  // of calls
  x86::Gp n_;
  x86::Gp i_;
};

}  // namespace lockstep::cpu::jit
