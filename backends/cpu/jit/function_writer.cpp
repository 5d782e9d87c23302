#include "function_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "avx2.hpp"
#include "avx512.hpp"
#include "sse41.hpp"

namespace lockstep::cpu::jit {
namespace {

constexpr int kUnit = static_cast<int>(kBlock);
constexpr int kRow = static_cast<int>(kLanes);
constexpr int kUnroll = 4;

/// A count: the sum of a bool that was cast to an integer.
bool is_count(const Program& program, const Output& output) {
  const Node& node = program.nodes[output.node];
  return output.fold == Fold::sum && node.op == Op::cast && size_of(node.type) == 8 && !is_floating(node.type) &&
         program.nodes[node.args[0]].type == DType::boolean;
}

std::unique_ptr<Machine> make_machine(JitTarget target, x86::Compiler& cc, const BlockTable& table) {
  switch (target) {
    case JitTarget::sse41:
      return std::make_unique<Sse41>(cc, table.op(Op::fma, DType::f64, DType::f64));
    case JitTarget::avx2:
      return std::make_unique<Avx2>(cc);
    default:
      return std::make_unique<Avx512>(cc);
  }
}

}  // namespace

FunctionWriter::FunctionWriter(x86::Compiler& cc, const Program& program, Form form, Indices indices, JitTarget target,
                               const BlockTable& table)
    : cc_(cc),
      program_(program),
      form_(form),
      indices_(indices),
      table_(table),
      results_(result_nodes(program, form)),
      machine_(make_machine(target, cc, table)),
      values_{Values(program.nodes.size()), Values(program.nodes.size())} {}

std::uint64_t FunctionWriter::multiple() const {
  if (machine_->has_tails()) return 1;
  return form_ == Form::fold ? kBlock : static_cast<std::uint64_t>(machine_->width() * least_vectors());
}

/// How many vectors the shortest step takes. A long body beside one of two vectors would be for the rest of a call
/// alone.
int FunctionWriter::least_vectors() const { return operations_.want_two_vectors() && !machine_->has_tails() ? 2 : 1; }

bool FunctionWriter::can_write() const {
  const auto has_fold = [&](const Output& output) {
    return output.fold == Fold::store || machine_->has_fold(output.fold, program_.nodes[output.node].type);
  };
  return form_ != Form::fold || std::all_of(program_.outputs.begin(), program_.outputs.end(), has_fold);
}

void FunctionWriter::write() {
  asmjit::FuncNode* function = cc_.addFunc(asmjit::FuncSignatureT<void, void* const*, const void*, std::uint64_t>());
  machine_->enable(function->frame());
  const x86::Gp operands = cc_.newUIntPtr();
  const x86::Gp scalars = cc_.newUIntPtr();
  n_ = cc_.newUInt64();
  function->setArg(0, operands);
  function->setArg(1, scalars);
  function->setArg(2, n_);
  asmjit::BaseNode* const begin = cc_.cursor();
  cc_.ret();
  behind_ = cc_.setCursor(begin);
  if (form_ == Form::fold) find_folds();
  find_schedule();
  load_pointers(operands);
  load_runs();
  write_values_before_loops(scalars);
  machine_->keep_constants_here();
  i_ = cc_.newUInt64();
  cc_.xor_(i_, i_);
  keep_constants();
  if (form_ == Form::stream) machine_->stream(true);
  if (form_ == Form::fold)
    write_units();
  else
    write_map();
  // Streaming stores are ordered by nothing else.
  if (form_ == Form::stream) cc_.sfence();
  cc_.endFunc();
  machine_->write_routines();
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

void FunctionWriter::find_schedule() {
  std::vector<std::uint32_t> kept = results_;
  for (const Folded& fold : folds_) kept.push_back(fold.node);
  bits_.emplace(program_, kept);
  loop_values_ = find_loop_values(program_, *bits_, kept);
  schedule_ = make_schedule(program_, loop_values_.within, kept, kFewestGuarded);
  count_operations(schedule_, true);
  ranges_.emplace(program_, schedule_);
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

void FunctionWriter::load_runs() {
  if (indices_ == Indices::in_memory) return;
  for (std::size_t i = 0; i < program_.indices; ++i) {
    const x86::Gp& run = pointers_[program_.arrays.size() + i];
    const auto field = [&](std::size_t offset) { return x86::qword_ptr(run, static_cast<int>(offset)); };
    const x86::Gp step = cc_.newInt64();
    cc_.mov(step, field(offsetof(IndexRun, step)));
    const auto multiplied =
        machine_->emit(Op::mul, DType::i64, machine_->broadcast(step), machine_->lane_numbers(), {});
    const Vector start = machine_->broadcast(DType::i64, field(offsetof(IndexRun, start)));
    runs_.push_back({machine_->emit(Op::add, DType::i64, multiplied, start, {}), step});
  }
}

/// Parameters and what depends on nothing else.
void FunctionWriter::write_values_before_loops(const x86::Gp& scalars) {
  for (const std::uint32_t n : loop_values_.before) {
    const Node& node = program_.nodes[n];
    if (node.op == Op::scalar)
      values_[0][n] = machine_->broadcast(node.type, x86::ptr(scalars, static_cast<int>(8 * node.bits)));
    else
      write_value(n, nullptr, 0);
    values_[1][n] = values_[0][n];
  }
}

/// Those that are used most, before others take their places.
void FunctionWriter::keep_constants() {
  constexpr std::size_t kMost = 4;
  std::map<std::pair<DType, std::uint64_t>, int> uses;
  for (std::size_t n = 0; n < program_.nodes.size(); ++n) {
    if (!loop_values_.within[n]) continue;
    for (const std::uint32_t a : operands(program_.nodes[n]))
      if (const Node& node = program_.nodes[a]; node.op == Op::constant && bits_->is_needed(a))
        ++uses[{node.type, node.bits}];
  }
  std::vector<std::pair<int, std::pair<DType, std::uint64_t>>> most;
  for (const auto& [constant, count] : uses)
    if (count > 1) most.emplace_back(-count, constant);
  std::sort(most.begin(), most.end());
  for (std::size_t i = 0; i < std::min(most.size(), kMost); ++i)
    machine_->constant(most[i].second.first, most[i].second.second);
}

void FunctionWriter::count_operations(const Schedule& steps, bool in_line) {
  const auto count = [&](std::uint32_t n) {
    const Node& node = program_.nodes[n];
    if (info(node.op).arity == 0) return;
    ++operations_.all;
    operations_.wide += size_of(node.type) == 8;
    operations_.in_line += in_line;
    operations_.divide = operations_.divide || node.op == Op::div;
  };
  for (const Step& step : steps) {
    if (!step.guard) {
      count(step.node);
      continue;
    }
    count_operations(step.guard->steps, in_line && (step.guard->is_usual || step.guard->selects.empty()));
    for (const std::uint32_t n : step.guard->selects) count(n);
  }
}

void FunctionWriter::write_map() {
  const asmjit::Label end = cc_.newLabel();
  const x86::Gp full = cc_.newUInt64();
  const int width = machine_->width();
  // Each time `copies` of the body, of `vectors` vectors each.
  const auto loop = [&](int copies, int vectors) {
    const int step = width * copies * vectors;
    const asmjit::Label begin = cc_.newLabel();
    const asmjit::Label done = cc_.newLabel();
    cc_.mov(full, n_);
    cc_.and_(full, -step);
    cc_.cmp(i_, full);
    cc_.jae(done);
    cc_.bind(begin);
    for (int c = 0; c < copies; ++c) write_elements(nullptr, c * width * vectors, vectors);
    cc_.add(i_, step);
    cc_.cmp(i_, full);
    cc_.jb(begin);
    cc_.bind(done);
  };
  if (operations_.are_few()) loop(kUnroll, 1);
  if (operations_.want_two_vectors()) loop(1, 2);
  if (least_vectors() == 1) loop(1, 1);
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
  if (!operations_.are_few()) return -1;
  int registers = machine_->fold_registers();
  // Loads alone need no four registers, but those of one vector.
  const auto is_wide = [](DType type) { return size_of(type) == 8; };
  const bool wide = std::any_of(program_.arrays.begin(), program_.arrays.end(), is_wide);
  if (operations_.all == 0) registers += wide ? 2 : 3;
  for (const Folded& fold : folds_) registers -= fold.writer->registers();
  return registers;
}

void FunctionWriter::write_rows(const x86::Gp& end, int spare) {
  const int width = machine_->width();
  const auto takers =
      std::count_if(folds_.begin(), folds_.end(), [](const Folded& f) { return f.writer->takes_more(); });
  const auto write_row = [&] {
    for (int column = 0; column < kRow / width; ++column) {
      write_elements(nullptr, column * width);
      for (Folded& fold : folds_) fold.writer->add(column, values_[0][fold.node], nullptr);
    }
    cc_.add(i_, kRow);
  };
  // One more row is little code while it is short, as in sum(x) and sum(x*x), and saves an addition in eight.
  const bool first_apart = takers > 0 && operations_.all + static_cast<int>(program_.arrays.size()) <= 2;
  const asmjit::Label row = cc_.newLabel();
  for (Folded& fold : folds_)
    fold.writer->begin(first_apart ? FoldWriter::Lanes::from_first_row : FoldWriter::Lanes::in_registers,
                       takers > 0 ? spare / static_cast<int>(takers) : 0);
  if (first_apart) write_row();
  cc_.bind(row);
  write_row();
  cc_.cmp(i_, end);
  cc_.jb(row);
}

void FunctionWriter::write_any_rows(const x86::Gp& end) {
  const asmjit::Label done = cc_.newLabel();
  const x86::Gp full = cc_.newUInt64();
  const x86::Gp lane = cc_.newUInt64();
  const auto step = [&](const x86::KReg* mask, int vectors) {
    write_elements(mask, 0, vectors);
    cc_.mov(lane, i_);
    cc_.and_(lane, kRow - 1);
    for (int v = 0; v < vectors; ++v) {
      if (v > 0) cc_.add(lane, machine_->width());
      for (Folded& fold : folds_) fold.writer->add_at(lane, values_[static_cast<std::size_t>(v)][fold.node], mask);
    }
  };
  for (Folded& fold : folds_) fold.writer->begin(FoldWriter::Lanes::in_memory, 0);
  const auto loop = [&](int vectors) {
    const asmjit::Label begin = cc_.newLabel();
    const asmjit::Label rest = cc_.newLabel();
    cc_.mov(full, end);
    cc_.and_(full, -machine_->width() * vectors);
    cc_.cmp(i_, full);
    cc_.jae(rest);
    cc_.bind(begin);
    step(nullptr, vectors);
    cc_.add(i_, machine_->width() * vectors);
    cc_.cmp(i_, full);
    cc_.jb(begin);
    cc_.bind(rest);
  };
  if (operations_.want_two_vectors()) loop(2);
  if (least_vectors() == 1) loop(1);
  if (!machine_->has_tails()) return;
  cc_.mov(full, end);
  cc_.sub(full, i_);
  cc_.jz(done);
  const x86::KReg mask = tail_mask(full);
  step(&mask, 1);
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

}  // namespace lockstep::cpu::jit
