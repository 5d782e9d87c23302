// Loads, stores, atomics and addresses. One thread runs at a time, so that every access is whole and seen by all.
#include <fmt/format.h>

#include <cstring>

#include "decoder.hpp"

namespace lockstep::test::ptx {
namespace {

using Handler = void (*)(Thread&, const Instruction&);

std::optional<Space> take_space(Opcode& op) {
  const auto space = op.take_any({"global", "const", "shared", "shared::cta", "local", "param", "param::entry"});
  constexpr Space kSpaces[] = {Space::global, Space::constant, Space::shared, Space::shared,
                               Space::local,  Space::param,    Space::param};
  return space ? std::optional(kSpaces[*space]) : std::nullopt;
}

/// The space of an access. Parameters of functions, and what is passed to them, lie in local memory.
Space space_of(Opcode& op, const Operand& address) {
  const Space space = take_space(op).value_or(Space::generic);
  return space == Space::param ? address.space : space;
}

/// What says in which order others see an access, and how it is kept in caches.
bool take_order(Opcode& op) {
  const bool watched = op.take_any({"volatile", "relaxed", "acquire", "release", "acq_rel", "mmio"}).has_value();
  op.drop({"weak",
           "cta",
           "cluster",
           "gpu",
           "sys",
           "nc",
           "ca",
           "cg",
           "cs",
           "lu",
           "cv",
           "wb",
           "wt",
           "L1::evict_last",
           "L1::evict_first",
           "L1::evict_normal",
           "L1::evict_unchanged",
           "L1::no_allocate",
           "L2::64B",
           "L2::128B",
           "L2::256B"});
  return watched;
}

unsigned take_count(Opcode& op) {
  const auto vector = op.take_any({"v2", "v4", "v8"});
  return vector ? 2u << *vector : 0;
}

template <class T>
std::byte* at(Thread& t, const Instruction& i, Space space) {
  const unsigned bytes = static_cast<unsigned>(sizeof(T)) * (i.count ? i.count : 1u);
  return place(t, i, space, t.r[i.a] + static_cast<std::uint64_t>(i.offset), bytes, bytes);
}

template <class T, Space kSpace, bool kList>
void load(Thread& t, const Instruction& i) {
  const std::byte* from = at<T>(t, i, kSpace);
  T value{};
  if constexpr (!kList) {
    std::memcpy(&value, from, sizeof value);
    set_extended(t, i, i.d, value);
  } else {
    for (unsigned k = 0; k < i.count; ++k) {
      std::memcpy(&value, from + k * sizeof value, sizeof value);
      set_extended(t, i, t.pool[i.target + k], value);
    }
  }
  if (i.watched) {
    std::uint64_t seen = 0;
    std::memcpy(&seen, from, sizeof value);
    watch(t, i, seen);
  }
}

template <class T, Space kSpace, bool kList>
void store(Thread& t, const Instruction& i) {
  std::byte* to = at<T>(t, i, kSpace);
  if constexpr (!kList) {
    const T value = get<T>(t, i.b);
    std::memcpy(to, &value, sizeof value);
  } else {
    for (unsigned k = 0; k < i.count; ++k) {
      const T value = get<T>(t, t.pool[i.target + k]);
      std::memcpy(to + k * sizeof value, &value, sizeof value);
    }
  }
}

template <class F>
Handler in_space(Space space, const F& f) {
  switch (space) {
    case Space::global:
      return f.template operator()<Space::global>();
    case Space::shared:
      return f.template operator()<Space::shared>();
    case Space::local:
      return f.template operator()<Space::local>();
    case Space::param:
      return f.template operator()<Space::param>();
    case Space::constant:
      return f.template operator()<Space::constant>();
    default:
      return f.template operator()<Space::generic>();
  }
}

template <class F>
Handler of_bits(Type type, const F& f) {
  return pick<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, std::int8_t, std::int16_t, std::int32_t,
              std::int64_t, float, double>(type, f);
}

void address(Decoder& d, Instruction& i, const Operand& o) {
  if (o.kind != OperandKind::address) d.fail("an address is missing");
  i.a = o.place;
  i.offset = static_cast<std::int64_t>(o.number);
}

void load_from(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  if (o.size() != 2) d.fail("another number of operands");
  address(d, i, o[1]);
  const Space space = space_of(op, o[1]);
  i.watched = take_order(op) && (space == Space::global || space == Space::generic || space == Space::shared);
  const unsigned count = take_count(op);
  const Type type = op.type();
  if (count > 0)
    d.list(i, o[0], {});
  else
    i.d = d.destination(i, o[0]);
  if (count != i.count) d.fail("another number of registers");
  i.run = of_bits(type, [&]<class T>() {
    return in_space(
        space, [&]<Space kSpace>() -> Handler { return count > 0 ? &load<T, kSpace, true> : &load<T, kSpace, false>; });
  });
}

void store_to(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  if (o.size() != 2) d.fail("another number of operands");
  address(d, i, o[0]);
  const Space space = space_of(op, o[0]);
  take_order(op);
  const unsigned count = take_count(op);
  const Type type = op.type();
  if (count > 0)
    d.list(i, o[1], type);
  else
    i.b = d.source(o[1], type);
  if (count != i.count) d.fail("another number of registers");
  if (space == Space::constant || space == Space::param) return;
  i.run = of_bits(type, [&]<class T>() {
    return in_space(space, [&]<Space kSpace>() -> Handler {
      return count > 0 ? &store<T, kSpace, true> : &store<T, kSpace, false>;
    });
  });
}

enum class Change : std::uint8_t { add, inc, dec, exch, cas, min, max, and_, or_, xor_ };

template <class T>
T changed(Change change, T old, T b, T c) {
  switch (change) {
    case Change::add:
      if constexpr (std::is_floating_point_v<T>)
        return canonical(old + b);
      else
        return static_cast<T>(static_cast<Bits<T>>(old) + static_cast<Bits<T>>(b));
    case Change::inc:
      return old >= b ? T{0} : static_cast<T>(old + 1);
    case Change::dec:
      return old == 0 || old > b ? b : static_cast<T>(old - 1);
    case Change::exch:
      return b;
    case Change::cas:
      return old == b ? c : old;
    case Change::min:
      return b < old ? b : old;
    case Change::max:
      return old < b ? b : old;
    default:
      if constexpr (!std::is_floating_point_v<T>) {
        if (change == Change::and_) return old & b;
        return change == Change::or_ ? old | b : old ^ b;
      }
      return old;
  }
}

template <class T, Space kSpace>
void change(Thread& t, const Instruction& i) {
  std::byte* where = at<T>(t, i, kSpace);
  T old{};
  std::memcpy(&old, where, sizeof old);
  const T now = changed(static_cast<Change>(i.mode), old, get<T>(t, i.b), get<T>(t, i.c));
  std::memcpy(where, &now, sizeof now);
  set(t, i.d, old);
  if (i.watched) watch(t, i, get<Bits<T>>(t, i.d));
}

template <bool kGives>
void atomic(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  if (kGives) {
    i.d = d.destination(i, o.at(0));
    o.erase(o.begin());
  }
  address(d, i, o.at(0));
  const Space space = space_of(op, o[0]);
  take_order(op);
  const auto which = op.take_any({"add", "inc", "dec", "exch", "cas", "min", "max", "and", "or", "xor"});
  const Type type = op.type();
  if (!which || o.size() != (*which == static_cast<std::uint8_t>(Change::cas) ? 3u : 2u)) return;
  i.mode = *which;
  i.b = d.source(o[1], type);
  if (o.size() > 2) i.c = d.source(o[2], type);
  i.watched = kGives && o.size() > 2;  // a loop around it may wait for others
  const bool is_sum_or_swap = i.mode == 0 || i.mode == 3;
  if (is_float(type) && !is_sum_or_swap) return;
  i.run = pick<std::uint32_t, std::uint64_t, std::int32_t, std::int64_t, float, double>(type, [&]<class T>() {
    return in_space(space, []<Space kSpace>() -> Handler {
      if constexpr (kSpace == Space::global || kSpace == Space::shared || kSpace == Space::generic)
        return &change<T, kSpace>;
      else
        return nullptr;
    });
  });
}

void convert_address(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const bool back = op.take("to");
  const auto space = take_space(op);
  if (!space || !op.take("u64") || o.size() != 2) return;
  i.d = d.destination(i, o[0]);
  i.a = d.source(o[1], Type::u64);
  const std::uint64_t window = window_of(*space);
  i.offset = static_cast<std::int64_t>(back ? -window : window);
  i.run = [](Thread& t, const Instruction& c) { t.r[c.d] = t.r[c.a] + static_cast<std::uint64_t>(c.offset); };
}

void is_in_space(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const auto space = take_space(op);
  if (!space || o.size() != 2) return;
  i.d = d.destination(i, o[0]);
  i.a = d.source(o[1], Type::u64);
  i.offset = static_cast<std::int64_t>(window_of(*space) / kWindow);
  i.run = [](Thread& t, const Instruction& c) {
    t.r[c.d] = t.r[c.a] / kWindow == static_cast<std::uint64_t>(c.offset);
  };
}

/// Orders and hints: nothing is out of order here.
void nothing(Decoder&, Opcode& op, std::vector<Operand>&, Instruction& i) {
  op.drop({"cta", "gl", "sys", "gpu", "cluster", "acq_rel", "sc", "acquire", "release", "proxy", "alias", "async",
           "global", "local", "L1", "L2", "launch_dependents", "wait"});
  i.run = [](Thread&, const Instruction&) {};
}

}  // namespace

void add_memory(Builders& builders) {
  builders["ld"] = load_from;
  builders["ldu"] = load_from;
  builders["st"] = store_to;
  builders["atom"] = atomic<true>;
  builders["red"] = atomic<false>;
  builders["cvta"] = convert_address;
  builders["isspacep"] = is_in_space;
  for (const char* name : {"membar", "fence", "prefetch", "prefetchu", "griddepcontrol"}) builders[name] = nothing;
}

}  // namespace lockstep::test::ptx
