// Arithmetic of integers and floating-point numbers. The host's own is IEEE's, rounded to nearest even.
#include <cmath>
#include <limits>

#include "decoder.hpp"

namespace lockstep::test::ptx {
namespace {

__extension__ typedef __int128 Signed128;
__extension__ typedef unsigned __int128 Unsigned128;

template <class T>
using Wide = std::conditional_t<
    sizeof(T) == 8, std::conditional_t<std::is_signed_v<T>, Signed128, Unsigned128>,
    std::conditional_t<sizeof(T) == 4, std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>,
                       std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>>>;

/// Integers wrap: their sums are those of unsigned ones.
template <class T, class F>
T wrapped(T a, T b, F f) {
  if constexpr (std::is_floating_point_v<T>)
    return f(a, b);
  else
    return static_cast<T>(f(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
}

struct Add {
  template <class T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x + y; });
  }
};
struct Subtract {
  template <class T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x - y; });
  }
};
struct Multiply {
  template <class T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x * y; });
  }
};
struct MultiplyHigh {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>((static_cast<Wide<T>>(a) * static_cast<Wide<T>>(b)) >> (8 * sizeof(T)));
  }
};
// By zero: the ISA leaves the result open, and so it is one that nobody wants.
struct Divide {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a / b;
    else
      return b == 0 ? static_cast<T>(0x5a5a5a5a5a5a5a5a) : static_cast<T>(static_cast<Wide<T>>(a) / b);
  }
};
struct Remainder {
  template <class T>
  T operator()(T a, T b) const {
    return b == 0 ? static_cast<T>(0x5a5a5a5a5a5a5a5a) : static_cast<T>(static_cast<Wide<T>>(a) % b);
  }
};
/// The number of a number and a NaN; -0 is below +0.
template <class T>
bool is_less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    if (a == b) return std::signbit(a) && !std::signbit(b);
  return a < b;
}
template <bool kNaN>
struct Smaller {
  template <class T>
  T operator()(T a, T b) const {
    if (a != a || b != b) return kNaN || (a != a && b != b) ? std::numeric_limits<T>::quiet_NaN() : a != a ? b : a;
    return is_less(b, a) ? b : a;
  }
};
template <bool kNaN>
struct Larger {
  template <class T>
  T operator()(T a, T b) const {
    if (a != a || b != b) return kNaN || (a != a && b != b) ? std::numeric_limits<T>::quiet_NaN() : a != a ? b : a;
    return is_less(a, b) ? b : a;
  }
};

template <class T, class Op>
void binary(Thread& t, const Instruction& i) {
  set(t, i.d, canonical(Op()(get<T>(t, i.a), get<T>(t, i.b))));
}

/// The parts of a sum with carries: those of more bits than a register has.
template <class T, bool kSubtract>
void carried(Thread& t, const Instruction& i) {
  const T a = get<T>(t, i.a), b = get<T>(t, i.b);
  const T in = i.mode & 1 ? t.carry : 0;
  T partial{}, result{};
  const bool first = kSubtract ? __builtin_sub_overflow(a, b, &partial) : __builtin_add_overflow(a, b, &partial);
  const bool second =
      kSubtract ? __builtin_sub_overflow(partial, in, &result) : __builtin_add_overflow(partial, in, &result);
  if (i.mode & 2) t.carry = first || second;
  set(t, i.d, result);
}

void operands(Decoder& d, Instruction& i, const std::vector<Operand>& o, Type type, std::size_t sources) {
  if (o.size() != sources + 1) d.fail("another number of operands");
  i.d = d.destination(i, o[0]);
  Index* const places[] = {&i.a, &i.b, &i.c};
  for (std::size_t s = 0; s < sources; ++s) *places[s] = d.source(o[s + 1], type);
}

/// Floating-point operations must say that they round to nearest even, or the assembler may fuse them.
bool is_exact(Opcode& op, Type type) { return !is_float(type) || op.take("rn"); }

template <class Op>
void sum(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 2);
  const bool gives = op.take("cc"), takes = op.name() == "addc" || op.name() == "subc";
  if (gives || takes) {
    i.mode = static_cast<std::uint8_t>(takes + 2 * gives);
    i.run = pick<std::uint32_t, std::uint64_t, std::int32_t, std::int64_t>(
        type, []<class T>() { return &carried<Bits<T>, std::is_same_v<Op, Subtract>>; });
  } else if (is_exact(op, type)) {
    i.run = is_float(type) ? pick_float(type, []<class T>() { return &binary<T, Op>; })
                           : pick_integer(type, []<class T>() { return &binary<T, Op>; });
  }
}

template <class Op>
void on_integers(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 2);
  i.run = pick_integer(type, []<class T>() { return &binary<T, Op>; });
}

void divide(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 2);
  if (!is_float(type))
    i.run = pick_integer(type, []<class T>() { return &binary<T, Divide>; });
  else if (op.take("rn"))
    i.run = pick_float(type, []<class T>() { return &binary<T, Divide>; });
}

template <template <bool> class Op>
void extreme(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 2);
  if (op.take("NaN"))
    i.run = pick_float(type, []<class T>() { return &binary<T, Op<true>>; });
  else if (is_float(type))
    i.run = pick_float(type, []<class T>() { return &binary<T, Op<false>>; });
  else
    i.run = pick_integer(type, []<class T>() { return &binary<T, Op<false>>; });
}

enum class Part { low, high, wide };

template <class T, Part kPart, bool kAdd>
void multiplied(Thread& t, const Instruction& i) {
  const T a = get<T>(t, i.a), b = get<T>(t, i.b);
  if constexpr (kPart == Part::wide) {
    auto product = static_cast<Wide<T>>(a) * static_cast<Wide<T>>(b);
    if constexpr (kAdd) product = Add()(static_cast<Wide<T>>(product), get<Wide<T>>(t, i.c));
    set(t, i.d, static_cast<Wide<T>>(product));
  } else {
    T product = kPart == Part::low ? Multiply()(a, b) : MultiplyHigh()(a, b);
    if constexpr (kAdd) product = Add()(product, get<T>(t, i.c));
    set(t, i.d, product);
  }
}

template <bool kAdd>
void multiply(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, kAdd ? 3 : 2);
  if (op.take("lo"))
    i.run = pick_integer(type, []<class T>() { return &multiplied<T, Part::low, kAdd>; });
  else if (op.take("hi"))
    i.run = pick_integer(type, []<class T>() { return &multiplied<T, Part::high, kAdd>; });
  else if (op.take("wide"))
    i.run = pick<std::uint16_t, std::uint32_t, std::int16_t, std::int32_t>(
        type, []<class T>() { return &multiplied<T, Part::wide, kAdd>; });
  else if (!kAdd && op.take("rn"))
    i.run = pick_float(type, []<class T>() { return &binary<T, Multiply>; });
}

template <class T>
void fused(Thread& t, const Instruction& i) {
  set(t, i.d, canonical(std::fma(get<T>(t, i.a), get<T>(t, i.b), get<T>(t, i.c))));
}
void fuse(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 3);
  if (op.take("rn")) i.run = pick_float(type, []<class T>() { return &fused<T>; });
}

struct SquareRoot {
  template <class T>
  T operator()(T x) const {
    return canonical(std::sqrt(x));
  }
};
struct Reciprocal {
  template <class T>
  T operator()(T x) const {
    return canonical(1 / x);
  }
};
template <class T, class Op>
void unary(Thread& t, const Instruction& i) {
  set(t, i.d, Op()(get<T>(t, i.a)));
}
template <class Op>
void root(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 1);
  if (op.take("rn")) i.run = pick_float(type, []<class T>() { return &unary<T, Op>; });
}

// Signs are bits, also those of a NaN.
struct Negative {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::bit_cast<T>(static_cast<Bits<T>>(std::bit_cast<Bits<T>>(x) ^ ~(~Bits<T>{0} >> 1)));
    else
      return Subtract()(T{0}, x);
  }
};
struct Absolute {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::bit_cast<T>(static_cast<Bits<T>>(std::bit_cast<Bits<T>>(x) & ~Bits<T>{0} >> 1));
    else
      return x < 0 ? Subtract()(T{0}, x) : x;
  }
};
template <class Op>
void change_sign(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 1);
  i.run = pick<std::int16_t, std::int32_t, std::int64_t, float, double>(type, []<class T>() { return &unary<T, Op>; });
}

/// PTX names the operand with the sign first.
void copy_sign(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 2);
  i.run = pick_float(type, []<class T>() -> void (*)(Thread&, const Instruction&) {
    return [](Thread& t, const Instruction& c) { set(t, c.d, std::copysign(get<T>(t, c.b), get<T>(t, c.a))); };
  });
}

void difference(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type type = op.type();
  operands(d, i, o, type, 3);
  i.run = pick_integer(type, []<class T>() -> void (*)(Thread&, const Instruction&) {
    return [](Thread& t, const Instruction& s) {
      const T a = get<T>(t, s.a), b = get<T>(t, s.b);
      set(t, s.d, Add()(get<T>(t, s.c), a < b ? Subtract()(b, a) : Subtract()(a, b)));
    };
  });
}

}  // namespace

void add_arithmetic(Builders& builders) {
  const auto add = [&](std::string_view name, Builder builder) { builders[name] = builder; };
  add("add", sum<Add>);
  add("addc", sum<Add>);
  add("sub", sum<Subtract>);
  add("subc", sum<Subtract>);
  add("mul", multiply<false>);
  add("mad", multiply<true>);
  add("fma", fuse);
  add("div", divide);
  add("rem", on_integers<Remainder>);
  add("min", extreme<Smaller>);
  add("max", extreme<Larger>);
  add("sqrt", root<SquareRoot>);
  add("rcp", root<Reciprocal>);
  add("neg", change_sign<Negative>);
  add("abs", change_sign<Absolute>);
  add("copysign", copy_sign);
  add("sad", difference);
}

}  // namespace lockstep::test::ptx
