// Logic, shifts, and fields of bits.
#include <algorithm>
#include <bit>

#include "decoder.hpp"

namespace lockstep::test::ptx {
namespace {

struct And {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};
struct Or {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};
struct ExclusiveOr {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};
struct Not {
  template <class T>
  T operator()(T a) const {
    if constexpr (std::is_same_v<T, bool>)
      return !a;
    else
      return static_cast<T>(~a);
  }
};
struct LogicalNot {
  template <class T>
  T operator()(T a) const {
    return a == 0;
  }
};
struct Reverse {
  template <class T>
  T operator()(T x) const {
    T reversed = 0;
    for (unsigned i = 0; i < 8 * sizeof(T); ++i) reversed = static_cast<T>(reversed << 1 | (x >> i & 1));
    return reversed;
  }
};
struct CountOnes {
  template <class T>
  std::uint32_t operator()(T x) const {
    return static_cast<std::uint32_t>(std::popcount(x));
  }
};
struct LeadingZeros {
  template <class T>
  std::uint32_t operator()(T x) const {
    return static_cast<std::uint32_t>(std::countl_zero(x));
  }
};

void places(Decoder& d, Instruction& i, const std::vector<Operand>& o, std::initializer_list<Type> sources) {
  if (o.size() != sources.size() + 1) d.fail("another number of operands");
  i.d = d.destination(i, o[0]);
  Index* const to[] = {&i.a, &i.b, &i.c};
  std::size_t s = 0;
  for (const Type type : sources) {
    *to[s] = d.source(o[s + 1], type);
    ++s;
  }
}

template <class Op>
void logic(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  places(d, i, o, {type, type});
  i.run = pick<bool, std::uint16_t, std::uint32_t, std::uint64_t>(
      type, []<class T>() -> void (*)(Thread&, const Instruction&) {
        return [](Thread& t, const Instruction& c) { set(t, c.d, Op()(get<T>(t, c.a), get<T>(t, c.b))); };
      });
}
template <class Op>
void one(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  places(d, i, o, {type});
  i.run =
      pick<std::uint16_t, std::uint32_t, std::uint64_t>(type, []<class T>() -> void (*)(Thread&, const Instruction&) {
        return [](Thread& t, const Instruction& c) { set(t, c.d, Op()(get<T>(t, c.a))); };
      });
}
void invert(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  places(d, i, o, {type});
  i.run = pick<bool, std::uint16_t, std::uint32_t, std::uint64_t>(
      type, []<class T>() -> void (*)(Thread&, const Instruction&) {
        return [](Thread& t, const Instruction& c) { set(t, c.d, Not()(get<T>(t, c.a))); };
      });
}

// The count has 32 bits whatever is shifted; beyond the width nothing is left, or the sign alone.
template <class T, bool kLeft>
void shifted(Thread& t, const Instruction& i) {
  const T x = get<T>(t, i.a);
  const auto count = get<std::uint32_t>(t, i.b);
  constexpr std::uint32_t kBits = 8 * sizeof(T);
  if (count >= kBits)
    set(t, i.d, static_cast<T>(kLeft || x >= 0 ? 0 : -1));
  else
    set(t, i.d, static_cast<T>(kLeft ? x << count : x >> count));
}
void shift_left(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  places(d, i, o, {type, Type::u32});
  i.run = pick_bits(type, []<class T>() { return &shifted<T, true>; });
}
void shift_right(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  places(d, i, o, {type, Type::u32});
  i.run = pick_integer(type, []<class T>() { return &shifted<T, false>; });
}

/// 32 bits out of 64: the low half is the first operand.
void funnel(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  places(d, i, o, {Type::b32, Type::b32, Type::u32});
  const bool left = op.take("l"), right = op.take("r"), wraps = op.take("wrap"), clamps = op.take("clamp");
  if (left == right || wraps == clamps || !op.take("b32")) return;
  i.mode = static_cast<std::uint8_t>(left + 2 * wraps);
  i.run = [](Thread& t, const Instruction& c) {
    const std::uint64_t both = std::uint64_t{get<std::uint32_t>(t, c.b)} << 32 | get<std::uint32_t>(t, c.a);
    const auto count = get<std::uint32_t>(t, c.c);
    const std::uint32_t n = c.mode & 2 ? count & 31 : std::min(count, 32u);
    set(t, c.d, static_cast<std::uint32_t>(c.mode & 1 ? both << n >> 32 : both >> n));
  };
}

template <class T>
void extracted(Thread& t, const Instruction& i) {
  using U = Bits<T>;
  constexpr unsigned kTop = 8 * sizeof(T) - 1;
  const U x = get<U>(t, i.a);
  const unsigned from = get<std::uint32_t>(t, i.b) & 0xff, length = get<std::uint32_t>(t, i.c) & 0xff;
  const bool sign = std::is_signed_v<T> && length > 0 && (x >> std::min(from + length - 1, kTop) & 1) != 0;
  U result = 0;
  for (unsigned k = 0; k <= kTop; ++k) {
    const bool bit = k < length && from + k <= kTop ? (x >> (from + k) & 1) != 0 : sign;
    result |= static_cast<U>(U{bit} << k);
  }
  set(t, i.d, result);
}
void extract(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  places(d, i, o, {type, Type::u32, Type::u32});
  i.run = pick<std::uint32_t, std::uint64_t, std::int32_t, std::int64_t>(type, []<class T>() { return &extracted<T>; });
}

template <class T>
void inserted(Thread& t, const Instruction& i) {
  constexpr unsigned kBits = 8 * sizeof(T);
  const T x = get<T>(t, i.a);
  T result = get<T>(t, i.b);
  const unsigned from = get<std::uint32_t>(t, i.c) & 0xff, length = get<std::uint32_t>(t, i.q) & 0xff;
  for (unsigned k = 0; k < length && from + k < kBits; ++k) {
    const T bit = T{1} << (from + k);
    result = (x >> k & 1) != 0 ? result | bit : result & ~bit;
  }
  set(t, i.d, result);
}
void insert(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  if (o.size() != 5) d.fail("another number of operands");
  i.q = d.source(o[4], Type::u32);  // a fourth source
  o.pop_back();
  places(d, i, o, {type, type, Type::u32});
  i.run = pick<std::uint32_t, std::uint64_t>(type, []<class T>() { return &inserted<T>; });
}

template <class T>
void found(Thread& t, const Instruction& i) {
  using U = Bits<T>;
  const T x = get<T>(t, i.a);
  const U bits = std::is_signed_v<T> && x < 0 ? static_cast<U>(~static_cast<U>(x)) : static_cast<U>(x);
  const auto zeros = static_cast<std::uint32_t>(std::countl_zero(bits));
  constexpr std::uint32_t kBits = 8 * sizeof(T);
  set(t, i.d, zeros == kBits ? ~std::uint32_t{0} : i.mode != 0 ? zeros : kBits - 1 - zeros);
}
void find(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  places(d, i, o, {type});
  i.mode = op.take("shiftamt");
  i.run = pick<std::uint32_t, std::uint64_t, std::int32_t, std::int64_t>(type, []<class T>() { return &found<T>; });
}

void mask(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  places(d, i, o, {Type::u32, Type::u32});
  const bool clamps = op.take("clamp");
  if (clamps == op.take("wrap") || !op.take("b32")) return;
  i.mode = clamps;
  i.run = [](Thread& t, const Instruction& c) {
    auto from = get<std::uint32_t>(t, c.a), length = get<std::uint32_t>(t, c.b);
    if (c.mode == 0) from %= 32, length %= 32;
    const std::uint64_t ones = (std::uint64_t{1} << std::min(length, 32u)) - 1;
    set(t, c.d, from >= 32 ? 0 : static_cast<std::uint32_t>(ones << from));
  };
}

void permute(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  places(d, i, o, {Type::b32, Type::b32, Type::b32});
  if (!op.take("b32")) return;
  i.run = [](Thread& t, const Instruction& c) {
    const std::uint64_t both = std::uint64_t{get<std::uint32_t>(t, c.b)} << 32 | get<std::uint32_t>(t, c.a);
    const auto which = get<std::uint32_t>(t, c.c);
    std::uint32_t result = 0;
    for (unsigned k = 0; k < 4; ++k) {
      const std::uint32_t choice = which >> (4 * k);
      auto byte = static_cast<std::uint8_t>(both >> (8 * (choice & 7)));
      if (choice & 8) byte = byte & 0x80 ? 0xff : 0;  // the sign, copied
      result |= std::uint32_t{byte} << (8 * k);
    }
    set(t, c.d, result);
  };
}

/// Any function of three bits, by its table.
void look_up(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  if (o.size() != 5 || o[4].kind != OperandKind::number) d.fail("another number of operands");
  i.mode = static_cast<std::uint8_t>(o[4].number);
  o.pop_back();
  places(d, i, o, {Type::b32, Type::b32, Type::b32});
  if (!op.take("b32")) return;
  i.run = [](Thread& t, const Instruction& c) {
    const auto x = get<std::uint32_t>(t, c.a), y = get<std::uint32_t>(t, c.b), z = get<std::uint32_t>(t, c.c);
    std::uint32_t result = 0;
    for (unsigned k = 0; k < 8; ++k)
      if (c.mode >> k & 1) result |= (k & 4 ? x : ~x) & (k & 2 ? y : ~y) & (k & 1 ? z : ~z);
    set(t, c.d, result);
  };
}

/// Four products of bytes, and their sum.
void dot(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type first = op.type(), second = op.type();
  places(d, i, o, {first, second, Type::u32});
  if (bytes_of(first) != 4 || bytes_of(second) != 4) return;
  i.mode = static_cast<std::uint8_t>(is_signed(first) + 2 * is_signed(second));
  i.run = [](Thread& t, const Instruction& c) {
    const auto byte = [&](Index from, unsigned k, bool has_sign) {
      const auto bits = static_cast<std::uint8_t>(get<std::uint32_t>(t, from) >> (8 * k));
      return has_sign ? static_cast<std::int8_t>(bits) : static_cast<int>(bits);
    };
    auto total = get<std::uint32_t>(t, c.c);
    for (unsigned k = 0; k < 4; ++k)
      total += static_cast<std::uint32_t>(byte(c.a, k, c.mode & 1) * byte(c.b, k, c.mode & 2));
    set(t, c.d, total);
  };
}

}  // namespace

void add_bits(Builders& builders) {
  const auto add = [&](std::string_view name, Builder builder) { builders[name] = builder; };
  add("and", logic<And>);
  add("or", logic<Or>);
  add("xor", logic<ExclusiveOr>);
  add("not", invert);
  add("cnot", one<LogicalNot>);
  add("brev", one<Reverse>);
  add("popc", one<CountOnes>);
  add("clz", one<LeadingZeros>);
  add("shl", shift_left);
  add("shr", shift_right);
  add("shf", funnel);
  add("bfe", extract);
  add("bfi", insert);
  add("bfind", find);
  add("bmsk", mask);
  add("prmt", permute);
  add("lop3", look_up);
  add("dp4a", dot);
}

}  // namespace lockstep::test::ptx
