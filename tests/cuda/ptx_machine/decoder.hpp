#pragma once

#include <map>
#include <optional>
#include <set>

#include "instruction.hpp"

namespace lockstep::test::ptx {

enum class OperandKind : std::uint8_t { place, number, address, list, name };

struct Operand {
  OperandKind kind = OperandKind::place;
  Index place = kSink;                      ///< of a register, or of the first part of an address
  std::uint64_t width = ~std::uint64_t{0};  ///< bits of that register
  std::optional<Index> second{};            ///< of "p|q"
  std::uint64_t number = 0;                 ///< or the offset of an address
  Space space = Space::param;               ///< of a symbol
  std::string_view name{};
  std::vector<Operand> parts{};
};

/// The name of an instruction in parts; each is taken once.
class Opcode {
 public:
  explicit Opcode(std::string_view text);
  std::string_view name() const { return name_; }
  bool take(std::string_view part);
  /// The number of that of the list which is there.
  std::optional<std::uint8_t> take_any(std::initializer_list<std::string_view> parts);
  Type type();
  void drop(std::initializer_list<std::string_view> parts);
  bool is_used_up() const { return parts_.empty(); }

 private:
  std::string_view name_;
  std::vector<std::string_view> parts_;
};

class Decoder;
/// Fills in an instruction. What it does not take of the opcode, or a null `run`, makes the instruction unknown.
using Builder = void (*)(Decoder&, Opcode&, std::vector<Operand>&, Instruction&);
using Builders = std::map<std::string_view, Builder>;
void add_arithmetic(Builders& builders);
void add_bits(Builders& builders);
void add_comparisons(Builders& builders);
void add_conversions(Builders& builders);
void add_memory(Builders& builders);
void add_warps(Builders& builders);
void add_control(Builders& builders);

/// Makes the code of one kernel.
class Decoder {
 public:
  /// `globals`: where the module's own variables are.
  Decoder(const Module& module, const std::map<std::string_view, std::uint64_t>& globals, std::string_view entry);
  Code decode();

  // For the builders.
  Index constant(std::uint64_t value);
  Index temporary();
  /// The place of what an operand of this type reads.
  Index source(const Operand& operand, Type type);
  Index destination(Instruction& i, const Operand& operand) const;
  /// A list of places in the pool: sources, or destinations of a load.
  void list(Instruction& i, const Operand& operand, std::optional<Type> sources);
  void jump_to(std::string_view label);
  void jump_by(std::string_view table);
  /// Passes operands, and fetches the results behind the call that is being built.
  void call(std::vector<Operand>& operands);
  /// Adds an instruction before the one that is being built, under the same guard.
  void before(Instruction extra);
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  struct Register {
    Index first;
    std::uint32_t count;  ///< 0: one, of exactly this name
    std::uint64_t width;
  };
  struct Symbol {
    const Variable* variable;
    std::optional<Index> place{};  ///< of its address
  };
  struct Scope {
    std::map<std::string_view, Register> registers;
    std::map<std::string_view, Symbol> symbols;
  };
  struct Placed {
    std::vector<std::uint64_t> results, parameters;  ///< where in local memory
  };

  void function(std::string_view name);
  const Placed& placed(std::string_view name);
  void statements(Reader& in);
  void statement(Reader& in);
  void declare_registers(Reader& in);
  void instruction(Reader& in);
  Operand operand(Reader& in);
  Operand register_or_symbol(std::string_view name);
  std::uint64_t local(const Variable& variable);
  Index address_of(Symbol& symbol);
  Index add_register(std::uint64_t value);

  const Module& module_;
  const std::map<std::string_view, std::uint64_t>& globals_;
  Builders builders_;
  Code code_;
  std::map<std::uint64_t, Index> constants_;
  std::vector<Scope> scopes_;
  std::vector<std::unique_ptr<Variable>> variables_;
  std::map<std::string_view, std::uint32_t> labels_, starts_;
  std::map<std::string_view, std::vector<std::string_view>> tables_;
  std::vector<std::pair<std::uint32_t, std::string_view>> jumps_, table_jumps_, calls_;
  std::map<std::string_view, Placed> placed_;
  std::vector<std::string_view> to_do_;
  std::vector<Index> open_;  ///< addresses of arrays whose size the launch gives
  std::string_view function_;
  Token current_;
  Instruction* building_ = nullptr;
};

}  // namespace lockstep::test::ptx
