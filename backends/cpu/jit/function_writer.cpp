#include "function_writer.hpp"

#include <algorithm>
#include <array>

#include "avx2.hpp"
#include "avx512.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr int kUnit = static_cast<int>(kBlock);
constexpr int kRow = static_cast<int>(kLanes);
constexpr int kUnroll = 4;
// Copies of a loop's body hide latency while they stay small; a long body hides it by itself.
constexpr std::ptrdiff_t kCheapNodes = 8;
// Fewer operations cost less than a branch that is often taken the wrong way.
constexpr std::size_t kFewestGuarded = 24;

bool is_operand(Op op) { return op == Op::load || op == Op::index; }

/// A count: the sum of a bool that was cast to an integer.
bool is_count(const Program& program, const Output& output) {
  const Node& node = program.nodes[output.node];
  return output.fold == Fold::sum && node.op == Op::cast && size_of(node.type) == 8 && !is_floating(node.type) &&
         program.nodes[node.args[0]].type == DType::boolean;
}

}  // namespace

FunctionWriter::FunctionWriter(x86::Compiler& cc, const Program& program, Form form, JitTarget target,
                               const BlockTable& table)
    : cc_(cc),
      program_(program),
      form_(form),
      table_(table),
      results_(result_nodes(program, form)),
      values_(program.nodes.size()),
      needed_(program.nodes.size(), false) {
  if (target == JitTarget::avx2)
    machine_ = std::make_unique<Avx2>(cc);
  else
    machine_ = std::make_unique<Avx512>(cc);
}

std::uint64_t FunctionWriter::multiple() const {
  if (machine_->has_tails()) return 1;
  return form_ == Form::fold ? kBlock : static_cast<std::uint64_t>(machine_->width());
}

bool FunctionWriter::can_write() const {
  const auto has_fold = [&](const Output& output) {
    return output.fold == Fold::store || machine_->has_fold(output.fold, program_.nodes[output.node].type);
  };
  return form_ != Form::fold || std::all_of(program_.outputs.begin(), program_.outputs.end(), has_fold);
}

void FunctionWriter::write() {
  asmjit::FuncNode* function = cc_.addFunc(asmjit::FuncSignatureT<void, void* const*, const void*, std::uint64_t>());
  function->frame().setAvxEnabled();
  if (machine_->has_tails()) function->frame().setAvx512Enabled();
  const x86::Gp operands = cc_.newUIntPtr();
  const x86::Gp scalars = cc_.newUIntPtr();
  n_ = cc_.newUInt64();
  function->setArg(0, operands);
  function->setArg(1, scalars);
  function->setArg(2, n_);
  if (form_ == Form::fold) find_folds();
  find_needed();
  find_schedule();
  load_pointers(operands);
  write_scalars(scalars);
  i_ = cc_.newUInt64();
  cc_.xor_(i_, i_);
  machine_->keep_constants_here();
  if (form_ == Form::stream) machine_->stream(true);
  if (form_ == Form::fold)
    write_units();
  else
    write_map();
  // Streaming stores are ordered by nothing else.
  if (form_ == Form::stream) cc_.sfence();
  cc_.ret();
  cc_.endFunc();
}

void FunctionWriter::find_folds() {
  for (const Output& output : program_.outputs) {
    if (output.fold == Fold::store) continue;
    const bool counts = is_count(program_, output);
    const Node& node = program_.nodes[output.node];
    folds_.push_back(
        {machine_->make_fold(output.fold, node.type, counts), counts ? node.args[0] : output.node, x86::Gp()});
  }
}

void FunctionWriter::find_needed() {
  for (const std::uint32_t node : results_) needed_[node] = true;
  for (const Folded& fold : folds_) needed_[fold.node] = true;
  for (std::size_t i = program_.nodes.size(); i-- > 0;) {
    if (!needed_[i]) continue;
    const Node& node = program_.nodes[i];
    for (int a = 0; a < info(node.op).arity; ++a) needed_[node.args[static_cast<std::size_t>(a)]] = true;
  }
}

void FunctionWriter::find_schedule() {
  std::vector<std::uint32_t> kept = results_;
  for (const Folded& fold : folds_) kept.push_back(fold.node);
  schedule_ = make_schedule(program_, needed_, kept, kFewestGuarded);
}

void FunctionWriter::load_pointers(const x86::Gp& operands) {
  const std::size_t count = program_.arrays.size() + program_.indices + results_.size();
  const auto load = [&](std::size_t p) {
    const x86::Gp pointer = cc_.newUIntPtr();
    cc_.mov(pointer, x86::ptr(operands, static_cast<int>(8 * p)));
    return pointer;
  };
  for (std::size_t p = 0; p < count; ++p) pointers_.push_back(load(p));
  for (std::size_t f = 0; f < folds_.size(); ++f) folds_[f].nodes = load(count + f);
}

void FunctionWriter::write_scalars(const x86::Gp& scalars) {
  for (std::size_t i = 0; i < program_.nodes.size(); ++i) {
    const Node& node = program_.nodes[i];
    if (needed_[i] && node.op == Op::scalar)

      values_[i] = machine_->broadcast(node.type, x86::ptr(scalars, static_cast<int>(8 * node.bits)));
  }
}

bool FunctionWriter::is_cheap() const {
  return std::count_if(program_.nodes.begin(), program_.nodes.end(),
                       [](const Node& node) { return info(node.op).arity > 0; }) <= kCheapNodes;
}

void FunctionWriter::write_map() {
  const asmjit::Label end = cc_.newLabel();
  const x86::Gp full = cc_.newUInt64();
  const int width = machine_->width();
  const auto loop = [&](int copies) {
    const asmjit::Label begin = cc_.newLabel();
    const asmjit::Label done = cc_.newLabel();
    cc_.mov(full, n_);
    cc_.and_(full, -width * copies);
    cc_.cmp(i_, full);
    cc_.jae(done);
    cc_.bind(begin);
    for (int c = 0; c < copies; ++c) write_elements(nullptr, c * width);
    cc_.add(i_, width * copies);
    cc_.cmp(i_, full);
    cc_.jb(begin);
    cc_.bind(done);
  };
  if (is_cheap()) loop(kUnroll);
  loop(1);
  if (!machine_->has_tails()) return;
  cc_.sub(n_, i_);
  cc_.jz(end);
  const x86::KReg mask = tail_mask(n_);
  write_elements(&mask, 0);
  cc_.bind(end);
}

/// One unit after another; the whole ones row by row with all lanes in registers, if they fit.
void FunctionWriter::write_units() {
  const int spare = spare_registers();
  const asmjit::Label loop = cc_.newLabel();
  const asmjit::Label any = cc_.newLabel();
  const asmjit::Label next = cc_.newLabel();
  const x86::Gp unit = cc_.newUInt64();
  const x86::Gp end = cc_.newUInt64();
  const auto close = [&] {
    for (Folded& fold : folds_) fold.writer->close(fold.nodes, unit);
  };
  cc_.xor_(unit, unit);
  cc_.bind(loop);
  cc_.lea(end, x86::ptr(i_, kUnit));
  cc_.cmp(end, n_);
  if (spare >= 0) {
    if (machine_->has_tails()) cc_.ja(any);
    write_rows(end, spare);
    close();
    if (machine_->has_tails()) cc_.jmp(next);
    cc_.bind(any);
  }
  if (spare < 0 || machine_->has_tails()) {
    cc_.cmova(end, n_);
    write_any_rows(end);
    close();
  }
  cc_.bind(next);
  cc_.inc(unit);
  cc_.cmp(i_, n_);
  cc_.jb(loop);
}

/// Vector registers that are left when each fold has what it needs; negative if there are too few, or if a body as long
/// as this is better not copied.
int FunctionWriter::spare_registers() const {
  if (!is_cheap()) return -1;
  int registers = machine_->fold_registers();
  for (const Folded& fold : folds_) registers -= fold.writer->registers();
  return registers;
}

void FunctionWriter::write_rows(const x86::Gp& end, int spare) {
  const int width = machine_->width();
  const auto takers =
      std::count_if(folds_.begin(), folds_.end(), [](const Folded& f) { return f.writer->takes_more(); });
  const int more = spare / std::max(static_cast<int>(takers), 1);
  const asmjit::Label row = cc_.newLabel();
  for (Folded& fold : folds_) fold.writer->begin(true, more);
  cc_.bind(row);
  for (int column = 0; column < kRow / width; ++column) {
    write_elements(nullptr, column * width);
    for (Folded& fold : folds_) fold.writer->add(column, values_[fold.node], nullptr);
  }
  cc_.add(i_, kRow);
  cc_.cmp(i_, end);
  cc_.jb(row);
}

void FunctionWriter::write_any_rows(const x86::Gp& end) {
  const asmjit::Label loop = cc_.newLabel();
  const asmjit::Label tail = cc_.newLabel();
  const asmjit::Label done = cc_.newLabel();
  const x86::Gp full = cc_.newUInt64();
  const x86::Gp lane = cc_.newUInt64();
  const auto step = [&](const x86::KReg* mask) {
    write_elements(mask, 0);
    cc_.mov(lane, i_);
    cc_.and_(lane, kRow - 1);
    for (Folded& fold : folds_) fold.writer->add_at(lane, values_[fold.node], mask);
  };
  for (Folded& fold : folds_) fold.writer->begin(false, 0);
  cc_.mov(full, end);
  cc_.and_(full, -machine_->width());
  cc_.cmp(i_, full);
  cc_.jae(tail);
  cc_.bind(loop);
  step(nullptr);
  cc_.add(i_, machine_->width());
  cc_.cmp(i_, full);
  cc_.jb(loop);
  cc_.bind(tail);
  if (!machine_->has_tails()) return;
  cc_.mov(full, end);
  cc_.sub(full, i_);
  cc_.jz(done);
  const x86::KReg mask = tail_mask(full);
  step(&mask);
  cc_.mov(i_, end);
  cc_.bind(done);
}

/// The lowest `count` bits, fewer than the width.
x86::KReg FunctionWriter::tail_mask(const x86::Gp& count) {
  const x86::Gp bits = cc_.newUInt32();
  const x86::Gp shift = cc_.newUInt32();
  const x86::KReg mask = cc_.newKw();
  cc_.mov(bits, 1);
  cc_.mov(shift, count.r32());
  cc_.shl(bits, shift.r8());
  cc_.sub(bits, 1);
  cc_.kmovw(mask, bits);
  return mask;
}

void FunctionWriter::write_elements(const x86::KReg* tail, int ahead) {
  write_steps(schedule_, tail, ahead);
  std::size_t pointer = program_.arrays.size() + program_.indices;
  for (std::uint32_t node : results_) machine_->store(values_[node], pointers_[pointer++], i_, tail, ahead);
}

void FunctionWriter::write_steps(const Schedule& steps, const x86::KReg* tail, int ahead) {
  for (const Step& step : steps) {
    if (step.guard)
      write_guard(*step.guard, tail, ahead);
    else
      write_value(step.node, tail, ahead);
  }
}

/// The results are zeros where the branch is not taken: a register that only one way sets would be alive from the
/// function's start.
void FunctionWriter::write_guard(const Guard& guard, const x86::KReg* tail, int ahead) {
  std::vector<Vector> results;
  for (const std::uint32_t n : guard.results) results.push_back(machine_->zeros(program_.nodes[n].type));
  const asmjit::Label skip = cc_.newLabel();
  machine_->skip_unless(values_[guard.condition], guard.when, skip);
  write_steps(guard.steps, tail, ahead);
  for (std::size_t r = 0; r < results.size(); ++r) {
    Vector& value = values_[guard.results[r]];
    machine_->set(results[r], value);
    value = results[r];
  }
  cc_.bind(skip);
}

void FunctionWriter::write_value(std::uint32_t n, const x86::KReg* tail, int ahead) {
  const Node& node = program_.nodes[n];
  if (is_operand(node.op))
    values_[n] = machine_->load(node.type, pointers_[node.bits + (node.op == Op::index ? program_.arrays.size() : 0)],
                                i_, tail, ahead);
  else if (node.op == Op::constant)
    values_[n] = machine_->constant(node.type, node.bits);
  else if (info(node.op).arity > 0)
    values_[n] = write_operation(node);
}

Vector FunctionWriter::write_operation(const Node& node) {
  // The type of select's values, of others' operands.
  const DType operand = program_.nodes[node.args[node.op == Op::select ? 1 : 0]].type;
  if (!machine_->has(node.op, operand, node.type)) return write_call(node, operand);
  if (node.op == Op::mul && is_small(program_.nodes[node.args[0]]) && is_small(program_.nodes[node.args[1]]))
    return machine_->multiply_small(values_[node.args[0]], values_[node.args[1]]);
  return machine_->emit(node.op, node.type, values_[node.args[0]], values_[node.args[1]], values_[node.args[2]]);
}

/// True for 64-bit integers that are seen to lie below 2^32.
bool FunctionWriter::is_small(const Node& node) const {
  if (size_of(node.type) != 8 || is_floating(node.type)) return false;
  const auto is_constant_where = [&](std::uint32_t arg, const auto& holds) {
    return program_.nodes[arg].op == Op::constant && holds(program_.nodes[arg].bits);
  };
  const auto below = [](std::uint64_t bits) { return bits >> 32 == 0; };
  switch (node.op) {
    case Op::constant:
      return below(node.bits);
    case Op::cast: {
      const DType from = program_.nodes[node.args[0]].type;
      return from == DType::u32 || from == DType::u8 || from == DType::boolean;
    }
    case Op::bit_and:
      return is_constant_where(node.args[0], below) || is_constant_where(node.args[1], below);
    case Op::shr:
      return node.type == DType::u64 &&
             is_constant_where(node.args[1], [](std::uint64_t bits) { return (bits & 63) >= 32; });
    default:
      return false;
  }
}

/// Through memory, and a call for all lanes at once.
Vector FunctionWriter::write_call(const Node& node, DType operand) {
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
    machine_->store(values_[node.args[i]], places[i + 1], zero, nullptr, 0);
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
