// Conversions. Sources are the low bits of their registers; integers are extended to all bits of the destination.
#include <cmath>
#include <limits>
#include <utility>

#include "decoder.hpp"

namespace lockstep::test::ptx {
namespace {

using Handler = void (*)(Thread&, const Instruction&);

enum class Round : std::uint8_t { nearest, zero, down, up, none };

template <class T>
T rounded(T x, Round round) {
  switch (round) {
    case Round::nearest:
      return std::nearbyint(x);
    case Round::zero:
      return std::trunc(x);
    case Round::down:
      return std::floor(x);
    case Round::up:
      return std::ceil(x);
    default:
      return x;
  }
}

/// The nearest value, moved by one where it lies on the wrong side. The host's long double holds every source.
template <class To>
To directed(long double x, Round round) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  const auto nearest = static_cast<To>(x);
  const bool is_down = round == Round::down || (round == Round::zero && x > 0);
  const bool is_up = round == Round::up || (round == Round::zero && x < 0);
  if (is_down && static_cast<long double>(nearest) > x)
    return std::nextafter(nearest, -std::numeric_limits<To>::infinity());
  if (is_up && static_cast<long double>(nearest) < x)
    return std::nextafter(nearest, std::numeric_limits<To>::infinity());
  return nearest;
}

template <class To, class From>
To clamped(From x) {
  using Limits = std::numeric_limits<To>;
  if (std::cmp_less(x, Limits::min())) return Limits::min();
  return std::cmp_greater(x, Limits::max()) ? Limits::max() : static_cast<To>(x);
}

template <class To, class From, bool kSaturates>
void integer_to_integer(Thread& t, const Instruction& i) {
  const From x = get<From>(t, i.a);
  set_extended(t, i, i.d, kSaturates ? clamped<To>(x) : static_cast<To>(x));
}

template <class To, class From>
void integer_to_float(Thread& t, const Instruction& i) {
  const From x = get<From>(t, i.a);
  set(t, i.d, i.mode == 0 ? static_cast<To>(x) : directed<To>(static_cast<long double>(x), static_cast<Round>(i.mode)));
}

// What does not fit becomes the nearest that does. A NaN becomes 0 only between 32 bits and fewer.
template <class To, class From>
void float_to_integer(Thread& t, const Instruction& i) {
  using Limits = std::numeric_limits<To>;
  const From x = rounded(get<From>(t, i.a), static_cast<Round>(i.mode));
  To result{};
  if (x != x)
    result = sizeof(From) == 8 || sizeof(To) == 8
                 ? static_cast<To>(static_cast<Bits<To>>(~(static_cast<Bits<To>>(~Bits<To>{0}) >> 1)))
                 : To{0};
  else if (static_cast<long double>(x) <= static_cast<long double>(Limits::min()))
    result = Limits::min();
  else if (static_cast<long double>(x) >= static_cast<long double>(Limits::max()))
    result = Limits::max();
  else
    result = static_cast<To>(x);
  set_extended(t, i, i.d, result);
}

template <class To, class From, bool kSaturates>
void float_to_float(Thread& t, const Instruction& i) {
  From x = get<From>(t, i.a);
  if (i.mode >= 8) x = rounded(x, static_cast<Round>(i.mode - 8));
  To result = i.mode == 0 || i.mode >= 8 ? static_cast<To>(x) : directed<To>(x, static_cast<Round>(i.mode));
  if (kSaturates) result = result > 1 ? To{1} : result > 0 ? result : To{0};  // also of a NaN
  set(t, i.d, canonical(result));
}

template <class To, class From>
Handler converted(bool saturates) {
  if constexpr (std::is_integral_v<To> && std::is_integral_v<From>)
    return saturates ? &integer_to_integer<To, From, true> : &integer_to_integer<To, From, false>;
  else if constexpr (std::is_integral_v<From>)
    return saturates ? nullptr : &integer_to_float<To, From>;
  else if constexpr (std::is_integral_v<To>)
    return &float_to_integer<To, From>;  // saturates anyway
  else
    return saturates ? &float_to_float<To, From, true> : &float_to_float<To, From, false>;
}

template <class F>
Handler pick_any(Type type, const F& f) {
  return pick<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, std::int8_t, std::int16_t, std::int32_t,
              std::int64_t, float, double>(type, f);
}

/// False if the instruction must round, and does not say how; or says it in vain.
bool take_rounding(Opcode& op, Type to, Type from, Instruction& i) {
  const auto to_integer = op.take_any({"rni", "rzi", "rmi", "rpi"}), to_float = op.take_any({"rn", "rz", "rm", "rp"});
  if (to_integer && to_float) return false;
  i.mode = to_integer ? *to_integer : to_float.value_or(0);
  if (!is_float(from)) return is_float(to) == to_float.has_value() && !to_integer;
  if (!is_float(to)) return to_integer.has_value();
  if (to == Type::f32 && from == Type::f64) return to_float.has_value();
  if (to_integer) i.mode = static_cast<std::uint8_t>(*to_integer + 8);
  return !to_float && (!to_integer || to == from);
}

void convert(Decoder& d, Opcode& op, std::vector<Operand>& o, Instruction& i) {
  const Type to = op.type(), from = op.type();
  if (o.size() != 2) d.fail("another number of operands");
  i.d = d.destination(i, o[0]);
  i.a = d.source(o[1], from);
  if (!take_rounding(op, to, from, i)) return;
  const bool saturates = op.take("sat");
  i.run = pick_any(
      to, [&]<class To>() { return pick_any(from, [&]<class From>() { return converted<To, From>(saturates); }); });
}

}  // namespace

void add_conversions(Builders& builders) { builders["cvt"] = convert; }

}  // namespace lockstep::test::ptx
