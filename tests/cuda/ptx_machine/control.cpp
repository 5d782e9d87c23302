// Jumps, calls and ends.
#include <algorithm>

#include "decoder.hpp"
#include "grid.hpp"

namespace lockstep::test::ptx {
namespace {

void jump(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  op.take("uni");
  if (o.size() != 1 || o[0].kind != OperandKind::name) return;
  d.jump_to(o[0].name);
  i.run = [](Thread& t, const Instruction& c) { t.next = t.block->grid->code.instructions.data() + c.target; };
}

/// To the label of a number in a table.
void jump_by_table(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  op.take("uni");
  if (!op.take("idx") || o.size() != 2 || o[1].kind != OperandKind::name) return;
  i.a = d.source(o[0], Type::u32);
  d.jump_by(o[1].name);
  i.run = [](Thread& t, const Instruction& c) {
    const auto which = get<std::uint32_t>(t, c.a);
    if (which >= static_cast<std::uint64_t>(c.offset)) fail(t, c, "a jump beyond its table");
    t.next = t.block->grid->code.instructions.data() + t.pool[c.target + which];
  };
}

void end(Thread& t, const Instruction&) { t.waits = Waits::ended; }

void leave(Decoder&, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  op.take("uni");
  if (!o.empty()) return;
  i.run = [](Thread& t, const Instruction& c) {
    if (t.calls.empty()) return end(t, c);
    t.next = t.calls.back() + 1;
    t.calls.pop_back();
  };
}

void exit(Decoder&, Opcode&, std::vector<Operand>& o, Instruction& i) {
  if (o.empty()) i.run = &end;
}

void trap(Decoder&, Opcode&, std::vector<Operand>&, Instruction& i) {
  i.run = [](Thread& t, const Instruction& c) { fail(t, c, "the kernel stops itself"); };
}

void call(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  op.take("uni");
  i.run = [](Thread& t, const Instruction& c) {
    // Registers and parameters of a function have one place in each thread.
    const bool is_inside =
        std::any_of(t.calls.begin(), t.calls.end(), [&](const Instruction* at) { return at->target == c.target; });
    if (is_inside) fail(t, c, "a function that calls itself");
    t.calls.push_back(&c);
    t.next = t.block->grid->code.instructions.data() + c.target;
  };
  d.call(o);
}

}  // namespace

void add_control(Builders& builders) {
  builders["bra"] = jump;
  builders["brx"] = jump_by_table;
  builders["ret"] = leave;
  builders["exit"] = exit;
  builders["trap"] = trap;
  builders["call"] = call;
}

}  // namespace lockstep::test::ptx
