// What a function computes for a vector of elements; the loops around it are in function_writer.cpp.
#include <array>

#include "function_writer.hpp"
#include "fused.hpp"

namespace lockstep::cpu::jit {

void FunctionWriter::write_elements(const x86::KReg* tail, int ahead, int vectors) {
  vectors_ = static_cast<std::size_t>(vectors);
  write_steps(schedule_, tail, ahead);
  for (const std::uint32_t node : results_) load_constant(node);
  for (const Folded& fold : folds_) load_constant(fold.node);
  for (std::size_t v = 0; v < vectors_; ++v) {
    std::size_t pointer = program_.arrays.size() + program_.indices;
    const int at = ahead + static_cast<int>(v) * machine_->width();
    for (std::uint32_t node : results_) machine_->store(values_[v][node], pointers_[pointer++], i_, tail, at);
  }
}

void FunctionWriter::write_steps(const Schedule& steps, const x86::KReg* tail, int ahead) {
  for (const Step& step : steps) {
    if (step.guard)
      write_guard(*step.guard, tail, ahead);
    else if (program_.nodes[step.node].op != Op::constant)
      write_value(step.node, tail, ahead);
  }
}

void FunctionWriter::write_guard(const Guard& guard, const x86::KReg* tail, int ahead) {
  if (guard.is_usual) return write_steps(guard.steps, tail, ahead);
  load_constant(guard.condition);
  std::vector<Vector> conditions;
  for (std::size_t v = 0; v < vectors_; ++v) conditions.push_back(values_[v][guard.condition]);
  machine_->test_lanes(conditions, guard.when);
  if (guard.selects.empty())
    write_inside(guard, tail, ahead);
  else
    write_apart(guard, tail, ahead);
}

/// The results are zeros where the branch is not taken: a register that only one way sets would be alive from the
/// function's start.
void FunctionWriter::write_inside(const Guard& guard, const x86::KReg* tail, int ahead) {
  const asmjit::Label past = cc_.newLabel();
  std::vector<Vector> results;
  for (std::size_t v = 0; v < vectors_; ++v)
    for (const std::uint32_t n : guard.results) results.push_back(machine_->zeros(program_.nodes[n].type));
  cc_.je(past);
  write_steps(guard.steps, tail, ahead);
  auto result = results.begin();
  for (std::size_t v = 0; v < vectors_; ++v)
    for (const std::uint32_t n : guard.results) {
      machine_->set(*result, values_[v][n]);
      values_[v][n] = *result++;
    }
  cc_.bind(past);
}

/// Behind the loops, so that the registers are given to what goes past it, with its selects: where it is not needed
/// their other operands are their values.
void FunctionWriter::write_apart(const Guard& guard, const x86::KReg* tail, int ahead) {
  const asmjit::Label apart = cc_.newLabel(), past = cc_.newLabel();
  std::array<std::vector<Vector>, 2> selected;
  for (const std::uint32_t s : guard.selects) {
    const std::uint32_t other = program_.nodes[s].args[guard.when ? 2 : 1];
    load_constant(other);
    for (std::size_t v = 0; v < vectors_; ++v) selected[v].push_back(machine_->duplicate(values_[v][other]));
  }
  cc_.jne(apart);
  cc_.bind(past);
  asmjit::BaseNode* const here = cc_.setCursor(behind_);
  cc_.bind(apart);
  write_steps(guard.steps, tail, ahead);
  for (std::size_t i = 0; i < guard.selects.size(); ++i) {
    write_value(guard.selects[i], tail, ahead);
    for (std::size_t v = 0; v < vectors_; ++v) {
      machine_->set(selected[v][i], values_[v][guard.selects[i]]);
      values_[v][guard.selects[i]] = selected[v][i];
    }
  }
  cc_.jmp(past);
  behind_ = cc_.setCursor(here);
}

/// For each of the vectors that are written together: a long chain of operations waits for its own results, and another
/// beside it has the time.
void FunctionWriter::write_value(std::uint32_t n, const x86::KReg* tail, int ahead) {
  const Node& node = program_.nodes[n];
  for (int a = 0; a < info(node.op).arity; ++a) load_constant(node.args[static_cast<std::size_t>(a)]);
  for (std::size_t v = 0; v < vectors_; ++v)
    values_[v][n] = write_value_of(n, values_[v], tail, ahead + static_cast<int>(v) * machine_->width());
}

/// Constants are loaded where they are used: kept in registers from a guard to the next they would only be spilled.
void FunctionWriter::load_constant(std::uint32_t n) {
  const Node& node = program_.nodes[n];
  if (node.op == Op::constant && bits_->is_needed(n))
    values_[0][n] = values_[1][n] = machine_->constant(node.type, node.bits);
}

Vector FunctionWriter::write_index(const Run& run, int ahead) {
  const x86::Gp distance = cc_.newInt64();
  cc_.lea(distance, x86::ptr(i_, ahead));
  cc_.imul(distance, run.step);
  return machine_->emit(Op::add, DType::i64, run.first, machine_->broadcast(distance), {});
}

Vector FunctionWriter::write_value_of(std::uint32_t n, const Values& values, const x86::KReg* tail, int ahead) {
  const Node& node = program_.nodes[n];
  if (node.op == Op::index && indices_ == Indices::in_run) return write_index(runs_[node.bits], ahead);
  if (is_operand(node.op))
    return machine_->load(node.type, pointers_[node.bits + (node.op == Op::index ? program_.arrays.size() : 0)], i_,
                          tail, ahead);
  return bits_->is_zero(n) ? machine_->constant(node.type, 0) : write_operation(n, values);
}

Vector FunctionWriter::write_operation(std::uint32_t n, const Values& values) {
  if (const std::uint32_t same = bits_->same_as(n); same != n) return values[same];
  const Node& node = program_.nodes[n];
  const Vector &a = values[node.args[0]], &b = values[node.args[1]], &c = values[node.args[2]];
  if (bits_->is_fixed_shift(n)) return machine_->shift_by(node.op, a, bits_->shift_count(n));
  if (bits_->is_small_product(n)) return machine_->multiply_small(a, b);
  if (node.op == Op::fma) {
    const SignedFma fma = take_signs(program_.nodes, node);
    return machine_->fma(values[fma.a], values[fma.b], values[fma.c], fma.minus_product, fma.minus_c);
  }
  if (const auto extreme = find_extreme(program_.nodes, n))
    return machine_->extreme(extreme->is_max, values[extreme->first], values[extreme->second]);
  // The type of select's values, of others' operands.
  const DType operand = program_.nodes[node.args[node.op == Op::select ? 1 : 0]].type;
  const bool is_whole = !is_floating(operand) && size_of(operand) == 8;
  if (node.op == Op::bitcast && size_of(operand) >= 4 && !ranges_->takes_nan(n)) {
    Vector same = a;
    same.type = node.type;
    return same;
  }
  if (const int length = bits_->length(node.args[0]);
      node.op == Op::cast && is_floating(node.type) && is_whole && length < 53)
    return machine_->cast_small(a, node.type, length);
  if (!machine_->has(node.op, operand, node.type)) return write_call(node, values, operand);
  return machine_->emit(node.op, node.type, a, b, c);
}

/// Through memory, and a call for all lanes at once.
Vector FunctionWriter::write_call(const Node& node, const Values& values, DType operand) {
  constexpr int kPlaces = 4;
  const int bytes = 8 * machine_->width();
  if (!scratch_) scratch_ = cc_.newStack(static_cast<std::uint32_t>(kPlaces * bytes), 64);
  const x86::Gp zero = cc_.newUInt64();
  cc_.xor_(zero, zero);
  std::array<x86::Gp, kPlaces> places;  // of the result and the operands
  for (int p = 0; p < kPlaces; ++p) {
    places[static_cast<std::size_t>(p)] = cc_.newUIntPtr();
    cc_.lea(places[static_cast<std::size_t>(p)], scratch_->cloneAdjusted(p * bytes));
  }
  machine_->stream(false);
  for (int a = 0; a < info(node.op).arity; ++a) {
    const auto i = static_cast<std::size_t>(a);
    machine_->store(values[node.args[i]], places[i + 1], zero, nullptr, 0);
  }
  machine_->stream(form_ == Form::stream);
  asmjit::InvokeNode* call = nullptr;
  cc_.invoke(&call, reinterpret_cast<std::uint64_t>(table_.op(node.op, operand, node.type)),
             asmjit::FuncSignatureT<void, void*, const void*, const void*, const void*, std::size_t>());
  for (std::size_t p = 0; p < kPlaces; ++p) call->setArg(p, places[p]);
  call->setArg(kPlaces, asmjit::Imm(machine_->width()));
  return machine_->load(node.type, places[0], zero, nullptr, 0);
}

}  // namespace lockstep::cpu::jit
