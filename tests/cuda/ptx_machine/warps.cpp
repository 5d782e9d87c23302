// What threads do together: barriers, shuffles, votes. A thread waits at the instruction; the last one to come does it
// for all of them.
#include <bit>
#include <limits>

#include "decoder.hpp"

namespace lockstep::test::ptx {
namespace {

using Handler = void (*)(Thread&, const Instruction&);
using Meet = void (*)(const Meeting&);

/// The place of the mask of lanes stands where other instructions have an offset.
void wait_for_warp(Thread& t, const Instruction& i) {
  t.mask = get<std::uint32_t>(t, static_cast<Index>(i.offset));
  t.waits = Waits::warp;
  t.waits_at = &i;
}

void warp_instruction(Decoder& d, Instruction& i, const Operand& mask, Meet meet) {
  i.offset = d.source(mask, Type::b32);
  i.meet = meet;
  i.run = &wait_for_warp;
}

template <class F>
void for_each(const Meeting& m, const F& f) {
  for (unsigned lane = 0; lane < kWarpSize; ++lane)
    if (m.lanes[lane]) f(*m.lanes[lane], *m.lanes[lane]->waits_at, lane);
}

// What comes from a lane that does not take part is left open: nobody wants this.
constexpr std::uint32_t kNobody = 0x5a5a5a5a;

enum class Shuffle : std::uint8_t { up, down, bfly, idx };

void shuffle(const Meeting& m) {
  std::array<std::uint32_t, kWarpSize> values{};
  values.fill(kNobody);
  for_each(m, [&](Thread& t, const Instruction& i, unsigned lane) { values[lane] = get<std::uint32_t>(t, i.a); });
  for_each(m, [&](Thread& t, const Instruction& i, unsigned lane) {
    const auto b = get<std::uint32_t>(t, i.b) & 31, c = get<std::uint32_t>(t, i.c);
    const std::uint32_t segment = c >> 8 & 31, last = (lane & segment) | (c & 31 & ~segment), first = lane & segment;
    int from = static_cast<int>(lane);
    bool is_inside = false;
    switch (static_cast<Shuffle>(i.mode)) {
      case Shuffle::up:
        from -= static_cast<int>(b);
        is_inside = from >= static_cast<int>(last);
        break;
      case Shuffle::down:
        from += static_cast<int>(b);
        is_inside = from <= static_cast<int>(last);
        break;
      case Shuffle::bfly:
        from = static_cast<int>(lane ^ b);
        is_inside = from <= static_cast<int>(last);
        break;
      case Shuffle::idx:
        from = static_cast<int>(first | (b & ~segment));
        is_inside = from <= static_cast<int>(last);
        break;
    }
    set(t, i.d, values[is_inside ? static_cast<unsigned>(from) % kWarpSize : lane]);
    t.r[i.q] = is_inside;
  });
}

void build_shuffle(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const auto mode = op.take_any({"up", "down", "bfly", "idx"});
  if (!op.take("sync") || !op.take("b32") || !mode || o.size() != 5) return;
  i.mode = *mode;
  i.d = d.destination(i, o[0]);
  i.q = o[0].second.value_or(Index{kSink});
  i.a = d.source(o[1], Type::b32);
  i.b = d.source(o[2], Type::u32);
  i.c = d.source(o[3], Type::u32);
  warp_instruction(d, i, o[4], &shuffle);
}

std::uint32_t ballot(const Meeting& m) {
  std::uint32_t bits = 0;
  for_each(m,
           [&](Thread& t, const Instruction& i, unsigned lane) { bits |= std::uint32_t{get<bool>(t, i.a)} << lane; });
  return bits;
}
template <class F>
void decide(const Meeting& m, const F& f) {
  const auto result = f(ballot(m), m.mask);
  for_each(m, [&](Thread& t, const Instruction& i, unsigned) { set(t, i.d, result); });
}

void build_vote(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  using Mask = std::uint32_t;
  constexpr Meet kMeets[] = {
      [](const Meeting& m) { decide(m, [](Mask yes, Mask all) { return yes == all; }); },
      [](const Meeting& m) { decide(m, [](Mask yes, Mask) { return yes != 0; }); },
      [](const Meeting& m) { decide(m, [](Mask yes, Mask all) { return yes == all || yes == 0; }); },
      [](const Meeting& m) { decide(m, [](Mask yes, Mask) { return yes; }); }};
  const auto mode = op.take_any({"all", "any", "uni", "ballot"});
  if (!op.take("sync") || !mode || o.size() != 3 || !op.take(*mode == 3 ? "b32" : "pred")) return;
  i.d = d.destination(i, o[0]);
  i.a = d.source(o[1], Type::pred);
  warp_instruction(d, i, o[2], kMeets[*mode]);
}

/// The lanes that have the same value; with `all` those of the mask if they all have it.
void match(const Meeting& m) {
  std::array<std::uint64_t, kWarpSize> values{};
  for_each(m, [&](Thread& t, const Instruction& i, unsigned lane) {
    values[lane] = i.mode & 2 ? t.r[i.a] : get<std::uint32_t>(t, i.a);
  });
  for_each(m, [&](Thread& t, const Instruction& i, unsigned lane) {
    std::uint32_t same = 0;
    for (unsigned k = 0; k < kWarpSize; ++k)
      if (m.lanes[k] && values[k] == values[lane]) same |= 1u << k;
    const bool all = (i.mode & 1) != 0;
    set(t, i.d, all && same != m.mask ? 0 : same);
    t.r[i.q] = same == m.mask;
  });
}

void build_match(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const bool all = op.take("all"), any = op.take("any"), wide = op.take("b64");
  if (!op.take("sync") || all == any || wide == op.take("b32") || o.size() != 3) return;
  i.mode = static_cast<std::uint8_t>(all + 2 * wide);
  i.d = d.destination(i, o[0]);
  i.q = o[0].second.value_or(Index{kSink});
  i.a = d.source(o[1], wide ? Type::b64 : Type::b32);
  warp_instruction(d, i, o[2], &match);
}

template <class T, int kOp>
void reduce(const Meeting& m) {
  T result{};
  bool is_first = true;
  for_each(m, [&](Thread& t, const Instruction& i, unsigned) {
    const T x = get<T>(t, i.a);
    if (is_first)
      result = x;
    else if (kOp == 0)
      result = static_cast<T>(static_cast<Bits<T>>(result) + static_cast<Bits<T>>(x));
    else if (kOp <= 2)
      result = (x < result) == (kOp == 1) ? x : result;
    else
      result = kOp == 3 ? result & x : kOp == 4 ? result | x : result ^ x;
    is_first = false;
  });
  for_each(m, [&](Thread& t, const Instruction& i, unsigned) { set(t, i.d, result); });
}

void build_reduction(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  constexpr Meet kUnsigned[] = {&reduce<std::uint32_t, 0>, &reduce<std::uint32_t, 1>, &reduce<std::uint32_t, 2>,
                                &reduce<std::uint32_t, 3>, &reduce<std::uint32_t, 4>, &reduce<std::uint32_t, 5>};
  constexpr Meet kSigned[] = {&reduce<std::int32_t, 0>, &reduce<std::int32_t, 1>, &reduce<std::int32_t, 2>};
  const auto which = op.take_any({"add", "min", "max", "and", "or", "xor"});
  const Type type = op.type();
  if (!op.take("sync") || !which || bytes_of(type) != 4 || is_float(type) || o.size() != 3) return;
  if (is_signed(type) && *which > 2) return;
  i.d = d.destination(i, o[0]);
  i.a = d.source(o[1], type);
  warp_instruction(d, i, o[2], is_signed(type) ? kSigned[*which] : kUnsigned[*which]);
}

/// Threads run one at a time, so that one alone is active.
void build_active_mask(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  if (!op.take("b32") || o.size() != 1) return;
  i.d = d.destination(i, o[0]);
  i.run = [](Thread& t, const Instruction& c) { t.r[c.d] = 1u << t.lane(); };
}

void build_election(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  if (!op.take("sync") || o.size() != 2) return;
  i.d = d.destination(i, o[0]);
  i.q = o[0].second.value_or(Index{kSink});
  warp_instruction(d, i, o[1], [](const Meeting& m) {
    const auto leader = static_cast<std::uint32_t>(std::countr_zero(m.mask));
    for_each(m, [&](Thread& t, const Instruction& c, unsigned lane) {
      t.r[c.d] = leader;
      t.r[c.q] = lane == leader;
    });
  });
}

/// Barriers of the block: sources are its number, how many threads it waits for (0: all), and a predicate to reduce.
void build_barrier(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  op.drop({"cta", "aligned"});
  if (op.take("warp")) {
    if (!op.take("sync") || o.size() != 1) return;
    warp_instruction(d, i, o[0], [](const Meeting&) {});
    return;
  }
  const bool reduces = op.take("red");
  if (!reduces && !op.take("sync")) return;
  i.mode = 0;
  if (reduces) {
    const auto which = op.take_any({"and", "or", "popc"});
    if (!which || !op.take(*which == 2 ? "u32" : "pred") || o.size() < 3) return;
    i.mode = static_cast<std::uint8_t>(1 + *which);
    i.d = d.destination(i, o[0]);
    i.c = d.source(o.back(), Type::pred);
    o.pop_back();
    o.erase(o.begin());
  }
  if (o.empty() || o.size() > 2) return;
  i.a = d.source(o[0], Type::u32);
  i.b = o.size() > 1 ? d.source(o[1], Type::u32) : d.constant(0);
  i.run = [](Thread& t, const Instruction& c) {
    t.mask = get<std::uint32_t>(t, c.a);
    t.count = get<std::uint32_t>(t, c.b);
    t.waits = Waits::barrier;
    t.waits_at = &c;
  };
}

void build_sleep(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  if (!op.take("u32") || o.size() != 1) return;
  i.a = d.source(o[0], Type::u32);
  i.run = [](Thread& t, const Instruction&) { t.waits = Waits::turn; };
}

}  // namespace

void add_warps(Builders& builders) {
  builders["shfl"] = build_shuffle;
  builders["vote"] = build_vote;
  builders["match"] = build_match;
  builders["redux"] = build_reduction;
  builders["activemask"] = build_active_mask;
  builders["elect"] = build_election;
  builders["bar"] = build_barrier;
  builders["barrier"] = build_barrier;
  builders["nanosleep"] = build_sleep;
}

}  // namespace lockstep::test::ptx
