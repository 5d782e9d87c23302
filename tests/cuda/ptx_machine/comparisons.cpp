// Comparisons, what they choose, and moves.
#include <fmt/format.h>

#include "decoder.hpp"

namespace lockstep::test::ptx {
namespace {

using Handler = void (*)(Thread&, const Instruction&);

// With a NaN the first six are false; of the others each is true then.
enum class Compare : std::uint8_t { eq, ne, lt, le, gt, ge, equ, neu, ltu, leu, gtu, geu, num, nan };

template <class T>
bool holds(Compare compare, T a, T b) {
  const bool unordered = a != a || b != b;
  switch (compare) {
    case Compare::eq:
      return a == b;
    case Compare::ne:
      return !unordered && a != b;
    case Compare::lt:
      return a < b;
    case Compare::le:
      return a <= b;
    case Compare::gt:
      return a > b;
    case Compare::ge:
      return a >= b;
    case Compare::num:
      return !unordered;
    case Compare::nan:
      return unordered;
    default:
      return unordered || holds(static_cast<Compare>(static_cast<int>(compare) - 6), a, b);
  }
}

template <class T, Compare kCompare>
void compared(Thread& t, const Instruction& i) {
  const bool result = holds(kCompare, get<T>(t, i.a), get<T>(t, i.b));
  t.r[i.d] = result;
  t.r[i.q] = !result;
}

template <class T>
Handler compared_by(std::size_t compare) {
  constexpr auto kHandlers = []<std::size_t... kI>(std::index_sequence<kI...>) {
    return std::array<Handler, sizeof...(kI)>{&compared<T, static_cast<Compare>(kI)>...};
  }
  (std::make_index_sequence < std::is_floating_point_v<T> ? 14 : 6 > ());
  return compare < kHandlers.size() ? kHandlers[compare] : nullptr;
}

/// Fills in a comparison of the first two sources.
void compare(Decoder& d, Opcode& op, const std::vector<Operand>& o, Type type, Instruction& i) {
  auto which =
      op.take_any({"eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"});
  bool is_unsigned = !is_signed(type);
  if (!which) {
    which = op.take_any({"", "", "lo", "ls", "hi", "hs"});  // numbered as above
    is_unsigned = true;
  }
  if (!which) return;
  i.a = d.source(o.at(1), type);
  i.b = d.source(o.at(2), type);
  if (is_float(type))
    i.run = pick_float(type, [&]<class T>() { return compared_by<T>(*which); });
  else if (is_unsigned)
    i.run = pick<std::uint16_t, std::uint32_t, std::uint64_t>(
        is_signed(type) ? static_cast<Type>(static_cast<int>(type) - 4) : type,
        [&]<class T>() { return compared_by<T>(*which); });
  else
    i.run = pick_integer(type, [&]<class T>() { return compared_by<T>(*which); });
}

/// Joins a result with another predicate.
Handler joined(Opcode& op) {
  switch (op.take_any({"and", "or", "xor"}).value_or(9)) {
    case 0:
      return [](Thread& t, const Instruction& i) { t.r[i.d] = t.r[i.a] & t.r[i.b]; };
    case 1:
      return [](Thread& t, const Instruction& i) { t.r[i.d] = t.r[i.a] | t.r[i.b]; };
    case 2:
      return [](Thread& t, const Instruction& i) { t.r[i.d] = t.r[i.a] ^ t.r[i.b]; };
    default:
      return nullptr;
  }
}

void set_predicate(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  compare(d, op, o, type, i);
  i.d = d.destination(i, o[0]);
  i.q = o[0].second.value_or(Index{kSink});
  const Handler join = joined(op);
  if (!join || o.size() != 4) {
    if (join || o.size() != 3) i.run = nullptr;
    return;
  }
  Instruction first = i;
  first.d = d.temporary();
  first.q = d.temporary();
  d.before(first);
  Instruction second;
  second.run = join;
  second.a = first.q;
  second.b = d.source(o[3], Type::pred);
  second.d = i.q;
  d.before(second);
  second.d = i.d;
  second.a = first.d;
  second.guard = i.guard;
  second.unless = i.unless;
  i = second;
}

/// A comparison whose result is all ones, or 1.0, for true.
void set_value(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type result = op.type(), type = op.type();
  Instruction first;
  compare(d, op, o, type, first);
  if (!first.run || o.size() != 3 || bytes_of(result) != 4) return;
  first.d = i.a = d.temporary();
  d.before(first);
  i.d = d.destination(i, o[0]);
  i.offset = is_float(result) ? 0x3f800000 : 0xffffffff;
  i.run = [](Thread& t, const Instruction& s) { t.r[s.d] = t.r[s.a] & 1 ? static_cast<std::uint64_t>(s.offset) : 0; };
}

template <class T>
void selected(Thread& t, const Instruction& i) {
  set(t, i.d, get<Bits<T>>(t, t.r[i.c] & 1 ? i.a : i.b));
}
void select(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  i.d = d.destination(i, o.at(0));
  i.a = d.source(o.at(1), type);
  i.b = d.source(o.at(2), type);
  i.c = d.source(o.at(3), Type::pred);
  i.run = is_float(type) ? pick_float(type, []<class T>() { return &selected<T>; })
                         : pick_integer(type, []<class T>() { return &selected<T>; });
}

void select_by_sign(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type(), sign = op.type();
  i.d = d.destination(i, o.at(0));
  i.a = d.source(o.at(1), type);
  i.b = d.source(o.at(2), type);
  i.c = d.source(o.at(3), sign);
  if (bytes_of(type) < 4) return;
  if (sign == Type::s32)
    i.run = [](Thread& t, const Instruction& s) { t.r[s.d] = t.r[get<std::int32_t>(t, s.c) >= 0 ? s.a : s.b]; };
  if (sign == Type::f32)  // of a NaN the second
    i.run = [](Thread& t, const Instruction& s) { t.r[s.d] = t.r[get<float>(t, s.c) >= 0 ? s.a : s.b]; };
}

template <class T>
void moved(Thread& t, const Instruction& i) {
  set(t, i.d, get<T>(t, i.a));
}

/// Parts of equal size, from the lowest bits on.
void pack(Thread& t, const Instruction& i) {
  const unsigned bits = static_cast<unsigned>(i.offset) / i.count;
  std::uint64_t whole = 0;
  for (unsigned k = 0; k < i.count; ++k) {
    const std::uint64_t part = t.r[t.pool[i.target + k]];
    whole |= (part & ((std::uint64_t{1} << bits) - 1)) << (bits * k);
  }
  t.r[i.d] = whole;
}
void unpack(Thread& t, const Instruction& i) {
  const unsigned bits = static_cast<unsigned>(i.offset) / i.count;
  const std::uint64_t whole = t.r[i.a];
  for (unsigned k = 0; k < i.count; ++k)
    t.r[t.pool[i.target + k]] = whole >> (bits * k) & ((std::uint64_t{1} << bits) - 1);
}

void move(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  if (o.size() != 2) d.fail("another number of operands");
  i.offset = 8 * bytes_of(type);
  if (o[0].kind == OperandKind::list) {
    d.list(i, o[0], {});
    i.a = d.source(o[1], type);
    i.run = &unpack;
    return;
  }
  i.d = d.destination(i, o[0]);
  if (o[1].kind == OperandKind::list) {
    d.list(i, o[1], type);
    i.run = &pack;
    return;
  }
  if (o[1].name.starts_with("%clock") || o[1].name == "%globaltimer") {
    i.run = [](Thread& t, const Instruction& m) { t.r[m.d] = t.steps & m.width; };
    return;
  }
  i.a = d.source(o[1], type);
  i.run = is_float(type)
              ? pick_float(type, []<class T>() { return &moved<T>; })
              : pick<bool, std::uint16_t, std::uint32_t, std::uint64_t, std::int16_t, std::int32_t, std::int64_t>(
                    type, []<class T>() { return &moved<T>; });
}

}  // namespace

void add_comparisons(Builders& builders) {
  builders["setp"] = set_predicate;
  builders["set"] = set_value;
  builders["selp"] = select;
  builders["slct"] = select_by_sign;
  builders["mov"] = move;
}

}  // namespace lockstep::test::ptx
