#pragma once

#include <span>
#include <vector>

#include "interpreted_program.hpp"
#include "tile.hpp"

namespace lockstep::cpu {

/// How the operands of a pass are reached, worked out once for all tiles.
struct Access {
  Access(const InterpretedProgram& program, const Pass& pass, bool columns, Form form);

  const InterpretedProgram& program;
  const Pass& pass;
  bool native;                      ///< native code computes the nodes, else the interpreter
  Form form;                        ///< of the native code
  std::vector<bool> direct_loads;   ///< array operand: blocks are read where they lie
  std::vector<bool> dense_rows;     ///< array operand: a tile as wide as all outputs is one run of memory
  std::vector<bool> direct_stores;  ///< output: the operation writes to its place
  bool any_length = false;          ///< nothing goes through a block: a tile may be longer than one

 private:
  bool is_overwritten_output(std::size_t a) const;
};

/// One thread's blocks. Valid until the thread makes another one.
class Workspace {
 public:
  explicit Workspace(const Access& access);

  /// Computes all nodes for a tile and stores the outputs that are not folded. In the form `fold`, `nodes` are where
  /// the nodes of the units go, one place for each folded output.
  void compute(const Tile& tile, std::span<void* const> nodes = {});
  /// The values of a node for the last tile.
  const void* values(std::uint32_t node) const { return blocks_[node]; }

 private:
  std::byte* slot(std::size_t node) const;
  void fill_uniform();
  void interpret(const Tile& tile);
  void run_native(const Tile& tile, std::span<void* const> nodes);
  const void* load(std::size_t node, const Tile& tile);
  std::byte* destination(std::size_t node, const Tile& tile) const;
  void store(const Tile& tile) const;

  const Access& access_;
  std::byte* arena_;
  std::vector<const void*> blocks_;
  std::vector<void*> operands_;  // of native code
};

}  // namespace lockstep::cpu
