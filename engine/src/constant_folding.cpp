#include <cstring>
#include <utility>

#include "builder.hpp"
#include "lockstep/arithmetic.hpp"

namespace lockstep {
namespace {

template <class T>
T value_of(std::uint64_t bits) {
  if constexpr (std::is_same_v<T, bool>) return (bits & 1) != 0;
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

template <class T>
std::uint64_t to_bits(T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

/// Runs `f` on as many leading operands as it takes, as values of T.
template <class T, class F>
std::uint64_t compute(F f, const std::array<std::uint64_t, 3>& bits) {
  const T a = value_of<T>(bits[0]);
  const T b = value_of<T>(bits[1]);
  const T c = value_of<T>(bits[2]);
  if constexpr (std::is_invocable_v<F, T>)
    return to_bits(f(a));
  else if constexpr (std::is_invocable_v<F, T, T>)
    return to_bits(f(a, b));
  else
    return to_bits(f(a, b, c));
}

template <template <class, class> class Convert>
std::uint64_t convert(DType from, DType to, std::uint64_t bits) {
  return visit(from, [&]<class T>() {
    return visit(to, [&]<class R>() { return to_bits(Convert<R, T>::of(value_of<T>(bits))); });
  });
}
template <class R, class T>
struct Cast {
  static R of(T value) { return arithmetic::cast<R>(value); }
};
template <class R, class T>
struct BitCast {
  static R of(T value) {
    if constexpr (sizeof(R) == sizeof(T))
      return arithmetic::bitcast<R>(value);
    else
      return R{};
  }
};

}  // namespace

std::uint64_t fold_constant(Op op, DType operand, DType result, const std::array<std::uint64_t, 3>& bits) {
  if (op == Op::select) return bits[0] ? bits[1] : bits[2];
  if (op == Op::cast) return convert<Cast>(operand, result, bits[0]);
  if (op == Op::bitcast) return convert<BitCast>(operand, result, bits[0]);
  return visit(operand, [&]<class T>() -> std::uint64_t {
    switch (op) {
#define LOCKSTEP_OP(name, arity, types, text, what)                                                                    \
  case Op::name:                                                                                                       \
    if constexpr (arity < 4 && arithmetic::has_type<#types[0], T> && Op::name != Op::select && Op::name != Op::cast && \
                  Op::name != Op::bitcast)                                                                             \
      return compute<T>([](auto... x) -> decltype(arithmetic::name(x...)) { return arithmetic::name(x...); }, bits);   \
    break;
#include "lockstep/ops.def"
#undef LOCKSTEP_OP
      default:
        break;
    }
    return 0;
  });
}

std::uint64_t bits_of(DType type, double value) { return fold_constant(Op::cast, DType::f64, type, {to_bits(value)}); }
std::uint64_t bits_of(DType type, std::int64_t value) {
  return fold_constant(Op::cast, DType::i64, type, {to_bits(value)});
}

}  // namespace lockstep
